#pragma once

#include "experiments/new_experiment/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::new_experiment {

/// Cost of drawing the observations, and of their mean, on a team of `ranks`.
study::Cost data_cost(Parameters const& point, int ranks);
study::Cost measurement_cost(Parameters const& point, int ranks);

}  // namespace thresher::new_experiment
