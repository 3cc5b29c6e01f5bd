#include "experiments/partial_order/model/linear_extension.hpp"

namespace thresher::partial_order {

namespace {

template <class AnyOrder>
std::optional<Violation> find_violation(AnyOrder const& order, SequenceView list) {
  for (std::int64_t step = 0; step < list.steps; ++step) {
    auto const chosen = list.items[static_cast<std::size_t>(step)];
    for (auto const rest : list.items.subspan(static_cast<std::size_t>(step) + 1))
      if (order.precedes(rest, chosen)) return Violation{step, {rest, chosen}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Violation> first_violation(Order const& order, SequenceView list) {
  return find_violation(order, list);
}

std::optional<Violation> first_violation(PartialOrder const& order, SequenceView list) {
  return find_violation(order, list);
}

}  // namespace thresher::partial_order
