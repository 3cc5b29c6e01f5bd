#pragma once

#include "experiments/hierarchical_features/estimators/stages.hpp"
#include "experiments/hierarchical_features/model/metrics.hpp"

namespace thresher::hierarchical_features {

/// Metrics that apply at a point are 0, the others NaN. Not collective.
Metrics applicable_metrics(Parameters const& point);

/// The readout, the baselines, and everything that is measured at a point; stores its artifacts. Collective;
/// rank 0 gets the metrics.
void measure_point(Parameters const& point, SecondStage const& before, Metrics& metrics);

}  // namespace thresher::hierarchical_features
