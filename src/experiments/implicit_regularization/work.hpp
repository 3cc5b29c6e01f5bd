#pragma once

#include "experiments/implicit_regularization/model/parameters.hpp"
#include "study/experiment.hpp"

#include <cstddef>

namespace thresher::implicit_regularization {

/// Memory and work of a stage of one trial on a team of so many ranks.
study::Cost stage_cost(std::size_t stage, Parameters const& point, int ranks);

}  // namespace thresher::implicit_regularization
