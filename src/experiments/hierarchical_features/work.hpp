#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::hierarchical_features {

/// Cost of a stage (0 data, 1 spectral, 2 refine, 3 second, 4 readout) of one trial on a team.
study::Cost stage_cost(std::size_t stage, Parameters const& point, study::Resources const& resources);

}  // namespace thresher::hierarchical_features
