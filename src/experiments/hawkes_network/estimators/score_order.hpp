#pragma once

#include "experiments/hawkes_network/data/network.hpp"
#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/fit.hpp"

namespace thresher::hawkes_network {

/// How scores order edges and other pairs. Pairs without a (finite) score come last and are never chosen.
class ScoreOrder {
 public:
  /// Collective. Memory: the true edges, on every rank.
  ScoreOrder(Network const& truth, Observation const& observation, Fit const& fit);

  /// Whether every edge has a higher score than every other pair.
  bool separates() const { return separates_; }
  /// The fewest wrong pairs over all cuts of the list of pairs with descending scores (equal ones by target
  /// and source).
  double best_hamming() const { return best_hamming_; }

 private:
  bool separates_ = false;
  double best_hamming_ = 0;
};

}  // namespace thresher::hawkes_network
