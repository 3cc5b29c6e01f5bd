#pragma once

#include "experiments/group_matrix/data/signal.hpp"
#include "experiments/group_matrix/model/parameters.hpp"

#include <cstdint>

namespace thresher::group_matrix {

/// Matrices up to so many entries have a predicted transition of `game`.
inline constexpr std::int64_t kMostEntriesForDimension = 40000;

/// Normalised statistical dimension of the descent cone of the groups' penalty, from one draw of the matrix
/// and of a Gaussian one: squared distance of the latter to the cone of the subdifferential, over the best
/// scale t, by cyclic exact updates of the groups' parts.
double game_dimension(Parameters const& point, StreamOf const& stream);

}  // namespace thresher::group_matrix
