#pragma once

#include "experiments/entropy_coupling/model/law.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// The common split of impure mass M over the values of a new observation: f(y) = min(capacity(y) / M,
/// level), the level such that the fractions sum to 1. Among all splits within the capacities it has the
/// largest entropy (optimal in the continuous relaxation, because sum_c w_c H(f_c) is concave).
class WaterFilling {
 public:
  /// Fractions for `impure` > 0 units of mass; sum of capacities >= impure. After the first call for a vector
  /// of capacities, a call costs O(k + c log c) with c = number of changed capacities.
  void fill(std::span<Mass const> capacities, Mass impure);
  /// Values with capacity, by fraction downwards, then value upwards.
  std::span<std::int32_t const> order() const { return order_; }
  /// Fraction of the value at a place of `order()`.
  double fraction_at(std::size_t place) const { return fractions_[place]; }
  /// fraction_at(0) + .. + fraction_at(place).
  double cumulative_at(std::size_t place) const { return cumulative_[place]; }

 private:
  void sort_by_capacity(std::span<Mass const> capacities);

  std::vector<std::int32_t> by_capacity_;  // all values, capacity downwards, then value upwards
  std::vector<Mass> sorted_for_;           // capacities that by_capacity_ was made for
  std::vector<std::int32_t> kept_;
  std::vector<std::int32_t> changed_;
  std::vector<std::int32_t> order_;
  std::vector<double> fractions_;
  std::vector<double> cumulative_;
};

}  // namespace thresher::entropy_coupling
