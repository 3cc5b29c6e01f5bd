#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

inline constexpr std::int64_t kMostEnumeratedItems = 6;

/// An order of few items in a word: bit i n + j is set where i precedes j.
using OrderCode = std::uint64_t;

PartialOrder decode_order(OrderCode code, std::int64_t items);

/// All orders of dimension two or less among the items, and their probabilities where utilities have two
/// independent coordinates: the intersection of two uniform permutations. All orders, for five items or
/// fewer. From all (n!)^2 pairs of permutations.
struct OrderPrior {
  std::vector<OrderCode> orders;  ///< ascending
  std::vector<double> probability;
};

OrderPrior enumerate_orders(std::int64_t items);

}  // namespace thresher::partial_order
