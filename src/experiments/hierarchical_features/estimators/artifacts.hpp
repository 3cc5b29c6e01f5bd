#pragma once

#include "experiments/hierarchical_features/estimators/stages.hpp"

#include <vector>

namespace thresher::hierarchical_features {

/// Stores the arrays of a trial that are asked for. `cosines` are the measured ones, none without truth.
/// Collective.
void store_artifacts(Parameters const& point, SecondStage const& before, std::vector<double> const& cosines);

}  // namespace thresher::hierarchical_features
