#include "experiments/entropy_coupling/solvers/water_filling.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <numeric>

namespace thresher::entropy_coupling {

void WaterFilling::sort_by_capacity(std::span<Mass const> capacities) {
  auto const before = [&](std::int32_t a, std::int32_t b) {
    Mass const of_a = capacities[static_cast<std::size_t>(a)];
    Mass const of_b = capacities[static_cast<std::size_t>(b)];
    return of_a != of_b ? of_a > of_b : a < b;
  };
  if (sorted_for_.size() != capacities.size()) {
    by_capacity_.resize(capacities.size());
    std::iota(by_capacity_.begin(), by_capacity_.end(), 0);
    std::sort(by_capacity_.begin(), by_capacity_.end(), before);
  } else {
    kept_.clear();
    changed_.clear();
    for (std::int32_t const y : by_capacity_)
      (capacities[static_cast<std::size_t>(y)] == sorted_for_[static_cast<std::size_t>(y)] ? kept_ : changed_)
          .push_back(y);
    std::sort(changed_.begin(), changed_.end(), before);
    by_capacity_.clear();
    std::merge(kept_.begin(), kept_.end(), changed_.begin(), changed_.end(), std::back_inserter(by_capacity_),
               before);
  }
  sorted_for_.assign(capacities.begin(), capacities.end());
}

void WaterFilling::fill(std::span<Mass const> capacities, Mass impure) {
  assert(impure > 0);
  sort_by_capacity(capacities);
  order_.clear();
  for (std::int32_t const y : by_capacity_)
    if (capacities[static_cast<std::size_t>(y)] > 0) order_.push_back(y);
  auto const capacity_at = [&](std::size_t place) {
    return capacities[static_cast<std::size_t>(order_[place])];
  };

  // The first j with level = (M - tail) / j >= next capacity, in exact integers: tail is what the values
  // behind the j largest can take.
  WideMass tail = 0;
  for (std::int32_t const y : order_) tail += static_cast<WideMass>(capacities[static_cast<std::size_t>(y)]);
  auto const whole = static_cast<WideMass>(impure);
  assert(tail >= whole);
  std::size_t level_count = 0;
  WideMass at_level = 0;
  do {
    tail -= static_cast<WideMass>(capacity_at(level_count));
    ++level_count;
    at_level = whole > tail ? whole - tail : 0;
  } while (level_count < order_.size() &&
           (whole < tail || at_level < static_cast<WideMass>(capacity_at(level_count)) * level_count));

  auto const inverse = static_cast<double>(impure);
  double const level = static_cast<double>(at_level) / static_cast<double>(level_count) / inverse;
  // Values at the level are equal, so among them the lower value comes first.
  std::sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(level_count));
  fractions_.resize(order_.size());
  cumulative_.resize(order_.size());
  double running = 0;
  for (std::size_t place = 0; place < order_.size(); ++place) {
    fractions_[place] = place < level_count ? level : static_cast<double>(capacity_at(place)) / inverse;
    running += fractions_[place];
    cumulative_[place] = running;
  }
}

}  // namespace thresher::entropy_coupling
