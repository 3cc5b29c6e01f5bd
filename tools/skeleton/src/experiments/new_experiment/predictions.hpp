#pragma once

#include "experiments/new_experiment/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::new_experiment {

/// What theory says of a point.
struct Predictions {
  double bias = study::kUndefined;
  double risk = study::kUndefined;
};

/// Bias and mean squared error of the shrunken mean of n normals.
void predict_risk(Parameters const& point, Predictions& predictions);

}  // namespace thresher::new_experiment
