#pragma once

#include "experiments/entropy_coupling/estimators/stages.hpp"
#include "experiments/entropy_coupling/estimators/vertex_enumeration.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"

namespace thresher::entropy_coupling {

/// Leaves the arrays of a point that are wanted. A written coupling runs its estimator once more, with all
/// atoms. On the team's rank 0.
void leave_artifacts(SearchResult const& search, Optimum const& optimum, Parameters const& point,
                     study::Team& team);

/// The sequential greedy coupling written out (one rank; the shards are those of the point).
Coupling<Mass> list_greedy_coupling(Law const& law, std::span<Law const> observations, std::int64_t refresh,
                                    std::int64_t shards);

}  // namespace thresher::entropy_coupling
