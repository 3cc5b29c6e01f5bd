#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// Largest order whose sets of items are gone through.
inline constexpr std::int64_t kMostSubsetItems = 18;

/// The items after (`after`) or before each item as one word, for orders of at most 64 items.
std::vector<std::uint64_t> words_after(PartialOrder const& order);
std::vector<std::uint64_t> words_before(PartialOrder const& order);

/// counts[S] = linear extensions of the order among the items of the bit set S, for all 2^n sets: e of a set
/// is the sum over its maximal items a (nothing of the set precedes them) of e of the set without a. Doubles,
/// exact to 2^53. At most 24 items.
std::vector<double> extension_counts(PartialOrder const& order);

}  // namespace thresher::partial_order
