#pragma once

#include "experiments/linear_generative/estimators/decomposition.hpp"
#include "experiments/linear_generative/model/metrics.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

namespace thresher::linear_generative {

/// The stage `sampling` at one point: samples of both models from the same seed noise, and everything that is
/// measured on them. All ranks get the metrics. Collective.
study::Outcome measure_point(Decomposition const& decomposition, Parameters const& point, study::Team& team,
                             Metrics& metrics);

/// Metrics that apply at a point are 0, the others NaN.
Metrics applicable_metrics(Parameters const& point);

}  // namespace thresher::linear_generative
