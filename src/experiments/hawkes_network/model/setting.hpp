#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"

#include <cstdint>

// Plain arithmetic that data, estimators and theory share.

namespace thresher::hawkes_network {

/// The time that the point asks for: t_obs, or c_time log d.
double wanted_horizon(Parameters const& point);
/// T, the time that is watched: of the user's data never more than there is.
double horizon(Parameters const& point);
/// b, the decay that the estimators work with.
double working_decay(Parameters const& point);

/// Bins of equal width; what is left of the horizon after the last whole one is not used.
struct Bins {
  double width = 0;
  std::int64_t count = 0;
};
Bins bins_of(Parameters const& point);

/// Covariance of the counts of neighbouring bins that a parent causes in its child, over that of the parent's
/// own events with themselves, when an exponential kernel is cut into bins of `bin_width` mean delays: (1 -
/// e^-x)^2 / x.
double bin_response(double bin_width);

/// kappa, the largest row sum that the matrix of weights can have; the process is stationary below 1.
double load(Parameters const& point);
/// B, the time that is simulated before 0: immigrants that came earlier have on average fewer than tv_eps
/// descendants after 0 (Markov's inequality with the moment generating function of the delays, at the
/// exponent where kappa times it is (1 + kappa)/2).
double burn_in(Parameters const& point);

/// Nodes that may be parents, and nodes that have parents.
std::int64_t source_count(Parameters const& point);
std::int64_t target_count(Parameters const& point);

/// Rates of a parent and of a child with s parents, in a network with equal in-degrees.
struct LocalRates {
  double source = 0;
  double target = 0;
};
LocalRates local_rates(Parameters const& point);

/// z_s: a normal variable exceeds it so rarely that screen_fp sources without influence are expected among
/// the d - 1 of a row.
double screening_level(Parameters const& point);
/// z_e: one of d (d - 1) normal variables exceeds it with probability `level`, about.
double edge_level(Parameters const& point);
/// Ordered pairs of different nodes.
double pair_count(Parameters const& point);

}  // namespace thresher::hawkes_network
