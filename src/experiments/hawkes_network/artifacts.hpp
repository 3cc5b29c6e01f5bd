#pragma once

#include "experiments/hawkes_network/estimators/decision.hpp"
#include "experiments/hawkes_network/estimators/stages.hpp"

namespace thresher::hawkes_network {

/// Leaves the arrays that are asked for. Collective.
void store_artifacts(FittedNetwork const& fitted, Estimate const& estimate, Parameters const& point,
                     study::Team& team);

}  // namespace thresher::hawkes_network
