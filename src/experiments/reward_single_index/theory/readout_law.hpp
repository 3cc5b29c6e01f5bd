#pragma once

#include "experiments/reward_single_index/model/reward_link.hpp"

namespace thresher::reward_single_index {

/// The second stage on features that all have overlap m with the hidden direction: the population's weighted
/// ridge fit, its exact regret, and the fluctuation of a finite sample to second order.
struct ReadoutPrediction {
  double weight_efficiency = 0;  ///< (E w)^2 / E w^2
  double regret_bias = 0;        ///< of the population's fit
  double regret_variance = 0;    ///< tr(Cov(a) Cov_pi*(psi)) / (2 beta)
  double proxy_coverage = 0;     ///< surrogate: what its weights add to the coverage
  /// Whether the expansion holds: enough effective rows, and no weight where a sample has no row.
  bool valid = false;
  double regret() const { return regret_bias + regret_variance; }
};
ReadoutPrediction readout_prediction(Parameters const& point, RewardLink const& link, double overlap);

}  // namespace thresher::reward_single_index
