#pragma once

#include "experiments/hawkes_network/data/network.hpp"
#include "experiments/hawkes_network/estimators/screening.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace thresher::hawkes_network {

/// What sources are to one target: parents (edges), grandparents and siblings (two steps), or others.
class Relations {
 public:
  Relations(Network const& network, std::int64_t target) : parents_(network.parents(target)) {
    for (auto const parent : parents_)
      for (auto const grandparent : network.parents(parent)) two_steps_.push_back(grandparent);
    std::ranges::sort(two_steps_);
    network_ = &network;
  }
  Relation of(std::int64_t source) const {
    auto const j = static_cast<std::int32_t>(source);
    if (std::ranges::binary_search(parents_, j)) return Relation::edge;
    if (std::ranges::binary_search(two_steps_, j) || is_sibling(source)) return Relation::two_step;
    return Relation::other;
  }

 private:
  bool is_sibling(std::int64_t source) const {
    for (auto const parent : network_->parents(source))
      if (std::ranges::binary_search(parents_, parent)) return true;
    return false;
  }
  Network const* network_;
  std::span<std::int32_t const> parents_;
  std::vector<std::int32_t> two_steps_;
};

}  // namespace thresher::hawkes_network
