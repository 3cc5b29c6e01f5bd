#pragma once

#include "experiments/partial_order/model/extension_counts.hpp"
#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/setting.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// A set of at most kMostSubsetItems items.
using ItemSet = std::uint32_t;

/// Weights of the frontier: w(a) = (1 + #successors of a in S)^beta where nothing in S precedes a.
class FrontierWeights {
 public:
  FrontierWeights(PartialOrder const& order, Noise const& noise);
  int items() const { return items_; }
  /// probability[a] of every item of S to be chosen, 0 of the others.
  void choose(ItemSet set, std::span<double> probability) const;

 private:
  int items_;
  double epsilon_;
  std::vector<ItemSet> before_;
  std::vector<ItemSet> after_;
  std::vector<double> weights_;
};

/// T(S, a): the probability that a is chosen where the items of S are left, for all sets S, and reach(S):
/// that S is ever what is left. Full lists. 2^n n numbers.
class SubsetLaw {
 public:
  /// The law of the lists: by the frontier's weights, or (queue_jump) by numbers of linear extensions, which
  /// does not read beta.
  SubsetLaw(PartialOrder const& order, Generator generator, Noise const& noise);

  int items() const { return items_; }
  std::size_t sets() const { return reach_.size(); }
  std::span<double const> choices(ItemSet set) const {
    return std::span(choices_).subspan(static_cast<std::size_t>(set) * static_cast<std::size_t>(items_),
                                       static_cast<std::size_t>(items_));
  }
  double reach(ItemSet set) const { return reach_[set]; }

 private:
  int items_;
  std::vector<double> choices_;
  std::vector<double> reach_;
};

/// B[i n + j] = probability that i comes before j in a list.
std::vector<double> precedence_probabilities(SubsetLaw const& law);

}  // namespace thresher::partial_order
