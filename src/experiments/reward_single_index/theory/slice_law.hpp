#pragma once

#include "experiments/reward_single_index/model/reward_link.hpp"

namespace thresher::reward_single_index {

/// A = sum_h p_h E[z | slice h]^2 for equally likely slices of the population law of y (sliced inverse
/// regression, Li 1991): the squared first-order signal of the best piecewise constant transform. The
/// proportional limit of the overlap is sqrt(alpha A / (1 + alpha A)).
double slice_signal(Parameters const& point, RewardLink const& link);

}  // namespace thresher::reward_single_index
