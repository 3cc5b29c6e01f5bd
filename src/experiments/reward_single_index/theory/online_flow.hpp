#pragma once

#include "experiments/reward_single_index/model/reward_link.hpp"

namespace thresher::reward_single_index {

/// Where the overlap m of an online neuron ends by the flow
///   dm/dt = lr f s F_b(m) - (lr f)^2 / 2 m V_b(m),  t = rows used / d,
///   F_b(m) = E[T act'(u + b) (z - m u)],  V_b = E[T^2 act'(u + b)^2],  u = m z + sqrt(1 - m^2) h,
/// averaged over biases, both signs and a random start of size 1 / sqrt(d). Exact as d -> infinity where the
/// transform has information exponent 1; above, the escape from the start is stochastic and the flow a guide.
struct OnlinePrediction {
  double overlap = 0;         ///< mean |m|
  double overlap_signed = 0;  ///< mean s m
  double recovered = 0;       ///< share of |m| >= weak_threshold
};
OnlinePrediction online_prediction(Parameters const& point, RewardLink const& link);

}  // namespace thresher::reward_single_index
