#pragma once

#include "experiments/hawkes_network/estimators/least_squares.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// A source of a target with what a method says of it.
struct ScoredPair {
  std::int32_t source = 0;
  double score = 0;   ///< orders the pairs of the network: the higher, the rather an edge
  double weight = 0;  ///< estimate of A_ij
  double error = 0;   ///< standard error of the weight; 0: the method has none
};

/// How a method comes from its pairs to a network.
enum class Selection {
  by_edge_rule,
  nonzero_weight,
  best_score  ///< one source for each target that has any
};

/// Regressions on the selected sources alone.
class Refit {
 public:
  virtual ~Refit() = default;
  /// Intercept and weights of own row `row` on `nodes` (ascending, the target among them), in units of rate
  /// and branching ratio.
  virtual std::vector<double> operator()(std::size_t row, std::span<std::int32_t const> nodes) const = 0;
};

/// What a method makes of the data, for the nodes of this rank.
struct Fit {
  std::vector<std::vector<ScoredPair>> pairs;  ///< of each own node, by source, without the node itself
  std::vector<double> baselines;               ///< of each own node
  std::vector<double> self_weights;
  Selection selection = Selection::by_edge_rule;
  std::unique_ptr<Refit> refit;         ///< null: the method is not refitted
  bool screened = false;                ///< pairs that are not there were screened out
  bool baselines_follow_edges = false;  ///< mu = rates - A rates of the selected network
  bool converged = true;
};

}  // namespace thresher::hawkes_network
