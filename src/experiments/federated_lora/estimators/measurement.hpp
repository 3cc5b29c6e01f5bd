#pragma once

#include "experiments/federated_lora/estimators/adapter_solutions.hpp"
#include "experiments/federated_lora/model/metrics.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

namespace thresher::federated_lora {

/// Stage `decide`: scores, flags, polishing, refinement, and what is measured of them. Collective.
study::Outcome measure_point(AdapterSolutions const& solutions, Parameters const& point, study::Team& team,
                             Metrics& metrics);

/// Metrics that apply at a point are 0, the others NaN.
Metrics applicable_metrics(Parameters const& point);

}  // namespace thresher::federated_lora
