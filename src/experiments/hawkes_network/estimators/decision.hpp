#pragma once

#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/fit.hpp"
#include "experiments/hawkes_network/model/parameters.hpp"

#include <vector>

namespace thresher::hawkes_network {

/// An estimated edge into a node: the pair that was selected, its weight refitted where that was asked for.
using EstimatedEdge = ScoredPair;

/// The estimated network of this rank's nodes.
struct Estimate {
  std::vector<std::vector<EstimatedEdge>> edges;  ///< into each own node, by source
  std::vector<double> baselines;
  std::vector<double> self_weights;
};

/// Selects edges and refits them. Collective.
Estimate decide(Parameters const& point, Observation const& observation, Fit const& fit);

/// The smallest score that the procedure of Benjamini and Hochberg (1995) accepts among normal scores, of
/// which `own_scores` are this rank's; all other of the `tests` hypotheses have p = 1. Infinity where it
/// accepts none. Collective.
double benjamini_hochberg_score(mpi::Communicator const& comm, std::vector<double> const& own_scores,
                                double level, double tests);

}  // namespace thresher::hawkes_network
