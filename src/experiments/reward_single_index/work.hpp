#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"
#include "study/experiment.hpp"

#include <cstddef>

namespace thresher::reward_single_index {

/// Memory and work of a stage of one trial.
study::Cost stage_cost(std::size_t stage, Parameters const& point, study::Resources const& resources);

}  // namespace thresher::reward_single_index
