#pragma once

#include "study/experiment.hpp"

namespace thresher::new_experiment {

/// What is measured in a trial.
struct Metrics {
  double estimate = study::kUndefined;
  double squared_error = study::kUndefined;
};

}  // namespace thresher::new_experiment
