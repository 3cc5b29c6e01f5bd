#pragma once

#include "experiments/partial_order/estimators/stages.hpp"

namespace thresher::partial_order {

/// Reads the fit at the point's thresholds, measures it and leaves its arrays. Collective.
study::Outcome measure_point(FitStage const& stage, Parameters const& point, study::Team& team,
                             Metrics& metrics);

/// `all` without the metrics that do not apply at the point.
Metrics applicable_metrics(Parameters const& point, Metrics all);

}  // namespace thresher::partial_order
