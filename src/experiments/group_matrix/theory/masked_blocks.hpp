#pragma once

#include "experiments/group_matrix/data/signal.hpp"
#include "experiments/group_matrix/model/parameters.hpp"

#include <cstdint>

namespace thresher::group_matrix {

/// Blocks of so many components have this prediction: products with variances take their square.
inline constexpr std::int64_t kMostRankOfMaskedBlocks = 32;

/// Mean over the blocks of a partition (rank_shared = 0, no held pairs) of the part of a block's directions
/// that the top singular vectors of its density-corrected entries capture, for the matrix that `stream`
/// draws.
double masked_captured_part(Parameters const& point, StreamOf const& stream);

}  // namespace thresher::group_matrix
