#pragma once

#include "experiments/federated_lora/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::federated_lora {

/// Memory and work of a stage of one trial on a team of so many ranks.
study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks);

}  // namespace thresher::federated_lora
