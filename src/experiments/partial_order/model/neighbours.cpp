#include "experiments/partial_order/model/neighbours.hpp"

#include "experiments/partial_order/model/bit_rows.hpp"

namespace thresher::partial_order {

std::vector<Relation> critical_pairs(PartialOrder const& order) {
  std::vector<Relation> result;
  for (std::int64_t x = 0; x < order.items(); ++x)
    for (std::int64_t y = 0; y < order.items(); ++y) {
      if (x == y || order.precedes(x, y) || order.precedes(y, x)) continue;
      if (contains(order.before(y), order.before(x)) && contains(order.after(x), order.after(y)))
        result.push_back({static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)});
    }
  return result;
}

std::vector<Neighbour> neighbours(PartialOrder const& order) {
  std::vector<Neighbour> result;
  for (auto const& pair : order.cover()) result.push_back({pair, Change::remove_cover});
  for (auto const& pair : critical_pairs(order)) result.push_back({pair, Change::add_critical});
  return result;
}

void apply(Neighbour const& neighbour, PartialOrder& order) {
  auto const [first, second] = neighbour.pair;
  if (neighbour.change == Change::remove_cover)
    order.remove_pair(first, second);
  else
    order.add_pair(first, second);
}

void undo(Neighbour const& neighbour, PartialOrder& order) {
  auto const back = neighbour.change == Change::remove_cover ? Change::add_critical : Change::remove_cover;
  apply({neighbour.pair, back}, order);
}

}  // namespace thresher::partial_order
