#pragma once

#include "experiments/reward_single_index/estimators/stages.hpp"
#include "experiments/reward_single_index/model/metrics.hpp"

namespace thresher::reward_single_index {

/// Metrics that apply at a point (any number), the others undefined.
Metrics applicable_metrics(Parameters const& point);

/// Second stage, deployed policy and artifacts of one point. Collective.
void measure_point(Parameters const& point, FeatureStage const& before, study::Team& team, Metrics& metrics);

}  // namespace thresher::reward_single_index
