#pragma once

#include "experiments/partial_order/estimators/edge_scores.hpp"
#include "experiments/partial_order/estimators/stages.hpp"

namespace thresher::partial_order {

/// Leaves the arrays that are asked for: true and estimated cover relations, edge scores, shares of pairs,
/// draws and chains, scored lists. Collective.
void store_artifacts(FitStage const& stage, Order const& estimate, EdgeScores const& scores,
                     Parameters const& point, study::Team& team);

}  // namespace thresher::partial_order
