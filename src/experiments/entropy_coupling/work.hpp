#pragma once

#include "experiments/entropy_coupling/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::entropy_coupling {

// Memory per rank and work of a trial's first two stages, from operation counts. The laws' sizes are those of
// the parameters; a stage's memory includes what earlier stages hold.
study::Cost data_cost(Parameters const& point);
study::Cost bounds_cost(Parameters const& point);

}  // namespace thresher::entropy_coupling
