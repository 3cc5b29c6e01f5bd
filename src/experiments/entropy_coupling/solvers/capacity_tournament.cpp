#include "experiments/entropy_coupling/solvers/capacity_tournament.hpp"

#include <bit>

namespace thresher::entropy_coupling {

bool CapacityTournament::beats(std::int32_t a, std::int32_t b) const {
  if (b < 0) return a >= 0;
  if (a < 0) return false;
  Mass const of_a = capacities_[static_cast<std::size_t>(a)];
  Mass const of_b = capacities_[static_cast<std::size_t>(b)];
  return of_a != of_b ? of_a > of_b : a < b;
}

void CapacityTournament::build(std::span<Mass const> capacities) {
  capacities_ = capacities;
  leaves_ = std::bit_ceil(static_cast<std::uint32_t>(capacities.size()));
  winners_.assign(2 * static_cast<std::size_t>(leaves_), -1);
  for (std::uint32_t y = 0; y < capacities.size(); ++y) winners_[leaves_ + y] = static_cast<std::int32_t>(y);
  for (std::uint32_t node = leaves_ - 1; node >= 1; --node)
    winners_[node] =
        beats(winners_[2 * node], winners_[2 * node + 1]) ? winners_[2 * node] : winners_[2 * node + 1];
}

void CapacityTournament::update(std::int32_t value) {
  for (std::uint32_t node = (leaves_ + static_cast<std::uint32_t>(value)) / 2; node >= 1; node /= 2)
    winners_[node] =
        beats(winners_[2 * node], winners_[2 * node + 1]) ? winners_[2 * node] : winners_[2 * node + 1];
}

}  // namespace thresher::entropy_coupling
