#include "experiments/partial_order/model/named_orders.hpp"

#include <stdexcept>

namespace thresher::partial_order {

namespace {

/// The order of all pairs (i, j), i < j, such that `precedes(i, j)`.
template <class Precedes>
PartialOrder upward_order(std::int64_t items, Precedes precedes) {
  PartialOrder order(items);
  for (std::int64_t i = 0; i < items; ++i)
    for (std::int64_t j = i + 1; j < items; ++j)
      if (precedes(i, j)) order.add_pair(i, j);
  return order;
}

}  // namespace

bool is_named(Poset poset) {
  return poset == Poset::chain || poset == Poset::antichain || poset == Poset::layered ||
         poset == Poset::crown;
}

PartialOrder named_order(Poset poset, std::int64_t items, std::int64_t layers) {
  switch (poset) {
    case Poset::chain:
      return upward_order(items, [](std::int64_t, std::int64_t) { return true; });
    case Poset::antichain:
      return PartialOrder(items);
    case Poset::layered:
      return upward_order(
          items, [=](std::int64_t i, std::int64_t j) { return i * layers / items < j * layers / items; });
    case Poset::crown: {
      auto const half = items / 2;
      return upward_order(
          items, [=](std::int64_t i, std::int64_t j) { return i < half && j >= half && j - half != i; });
    }
    default:
      throw std::invalid_argument("only chains, antichains, layers and crowns have an order by name");
  }
}

}  // namespace thresher::partial_order
