#pragma once

#include "experiments/hawkes_network/estimators/stages.hpp"
#include "experiments/hawkes_network/model/metrics.hpp"
#include "study/experiment.hpp"

namespace thresher::hawkes_network {

/// Selects the edges, measures the network and leaves the arrays that are asked for. Collective.
study::Outcome measure_point(FittedNetwork const& fitted, Parameters const& point, study::Team& team,
                             Metrics& metrics);

/// Metrics that apply at a point.
Metrics applicable_metrics(Parameters const& point, Metrics all);

}  // namespace thresher::hawkes_network
