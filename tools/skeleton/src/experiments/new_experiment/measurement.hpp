#pragma once

#include "experiments/new_experiment/data.hpp"
#include "experiments/new_experiment/metrics.hpp"
#include "study/experiment.hpp"

namespace thresher::new_experiment {

/// Estimates the signal and compares. Collective.
study::Outcome measure_point(Observations const& observations, Parameters const& point, study::Team& team,
                             Metrics& metrics);

}  // namespace thresher::new_experiment
