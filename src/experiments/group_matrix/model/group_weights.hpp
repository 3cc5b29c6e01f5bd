#pragma once

#include "experiments/group_matrix/model/parameters.hpp"

#include <vector>

namespace thresher::group_matrix {

/// Whether `weight_mix` weighs two factors against each other.
bool mixes_factors(Parameters const& point);
/// Weight of every group in `game`; 0 where it is dropped.
std::vector<double> group_weights(Parameters const& point);

}  // namespace thresher::group_matrix
