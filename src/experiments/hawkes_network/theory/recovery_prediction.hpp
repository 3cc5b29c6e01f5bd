#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"

namespace thresher::hawkes_network {

/// How strongly an edge shows in both stages, from exact second moments of a parent and its child that carry
/// the rates of the whole network (exponential kernel of decay beta, bins of bin_width/beta).
struct LocalSignal {
  double eta_screen = 0;        ///< squared mean of R on an edge, over alpha^2 T
  double eta_ls = 0;            ///< the same of z
  double null_correlation = 0;  ///< of R and z on a pair without influence
  double eta_null = 0;          ///< e0: eta_ls of a vanishing edge
  double curvature = 0;         ///< q: the standard error grows with the weight, 1/eta = 1/e0 + q alpha
};
LocalSignal signal_of(Parameters const& point);

/// P(Poisson(x) < clip) sqrt(x / Var min(Poisson(x), clip)): how much of a correlation clipping leaves.
double clip_factor(double mean, double clip);

/// P(U > x, V > y) for standard normals of correlation r in [0, 1).
double upper_orthant(double x, double y, double r);

/// Prediction of a trial of two_stage at horizon T by two correlated normal statistics for each pair.
struct PredictedRecovery {
  double screen_edge_mean = 0;
  double ls_edge_mean = 0;
  double true_positives = 0;   ///< probability of one edge
  double false_positives = 0;  ///< expected number
  double exact = 0;            ///< probability of the whole network
};
PredictedRecovery recovery_at(Parameters const& point, LocalSignal const& signal, double horizon);

/// Horizon at which the whole network is predicted with probability 1/2; NaN where there is none.
double median_horizon(Parameters const& point, LocalSignal const& signal);

/// Limit of median_horizon / log d as d grows, for edge_rule = fwer.
double limiting_constant(Parameters const& point, LocalSignal const& signal);

}  // namespace thresher::hawkes_network
