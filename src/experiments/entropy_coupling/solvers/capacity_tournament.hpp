#pragma once

#include "experiments/entropy_coupling/model/law.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// The value with the largest capacity among those that are allowed (ties: lowest value), in O((b + 1) log k)
/// when the b larger ones are not.
class CapacityTournament {
 public:
  /// `capacities` must outlive the tournament; report every change by `update`.
  void build(std::span<Mass const> capacities);
  void update(std::int32_t value);
  /// The winner with capacity > 0, or -1.
  template <class Allowed>
  std::int32_t best(Allowed const& allowed);

 private:
  bool beats(std::int32_t a, std::int32_t b) const;
  bool loses(std::uint32_t a, std::uint32_t b) const { return beats(winners_[b], winners_[a]); }

  std::span<Mass const> capacities_;
  std::uint32_t leaves_ = 1;
  std::vector<std::int32_t> winners_;    // a complete binary tree, root at 1; -1 for a leaf without a value
  std::vector<std::uint32_t> frontier_;  // heap of subtrees that are still to be looked at
};

template <class Allowed>
std::int32_t CapacityTournament::best(Allowed const& allowed) {
  auto const worse = [this](std::uint32_t a, std::uint32_t b) { return loses(a, b); };
  frontier_.assign(1, 1);
  while (!frontier_.empty()) {
    std::pop_heap(frontier_.begin(), frontier_.end(), worse);
    std::uint32_t node = frontier_.back();
    frontier_.pop_back();
    std::int32_t const winner = winners_[node];
    if (winner < 0 || capacities_[static_cast<std::size_t>(winner)] <= 0) return -1;
    if (allowed(winner)) return winner;
    while (node < leaves_) {
      std::uint32_t const left = 2 * node;
      std::uint32_t const right = left + 1;
      bool const won_left = winners_[left] == winner;
      std::uint32_t const loser = won_left ? right : left;
      if (winners_[loser] >= 0) {
        frontier_.push_back(loser);
        std::push_heap(frontier_.begin(), frontier_.end(), worse);
      }
      node = won_left ? left : right;
    }
  }
  return -1;
}

}  // namespace thresher::entropy_coupling
