#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/parameters.hpp"

#include <cstdint>

namespace thresher::partial_order {

/// Whether the true order of `poset` is the same in all trials and known from its name.
bool is_named(Poset poset);

/// chain: i before j for i < j; antichain: nothing; layered: by layer floor(i layers / items); crown (even
/// number 2h of items): i before h + j for i != j, i, j < h. Throws std::invalid_argument for the others.
PartialOrder named_order(Poset poset, std::int64_t items, std::int64_t layers);

}  // namespace thresher::partial_order
