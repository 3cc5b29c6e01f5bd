#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"

#include <cstdint>
#include <optional>

namespace thresher::partial_order {

/// The first choice that an order forbids: at `step` (from 0) pair.second was chosen although pair.first,
/// which precedes it, was still there.
struct Violation {
  std::int64_t step = 0;
  Relation pair;
};

/// None where the list is a linear extension of the order among its items (those that were never chosen count
/// as still there).
std::optional<Violation> first_violation(Order const& order, SequenceView list);
std::optional<Violation> first_violation(PartialOrder const& order, SequenceView list);

}  // namespace thresher::partial_order
