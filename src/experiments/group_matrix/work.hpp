#pragma once

#include "experiments/group_matrix/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::group_matrix {

/// Memory and work of a stage of one trial on a team of so many ranks.
study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks);

}  // namespace thresher::group_matrix
