#pragma once

#include "experiments/partial_order/model/sequences.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// Largest number of items whose sets are one word.
inline constexpr std::int64_t kMostWordItems = 64;

/// The choices in many lists of at most kMostWordItems items, equal ones together: what is chosen depends on
/// the order only through the set of what is left, and lists pass through the same sets again and again.
struct ChoiceTable {
  std::vector<std::uint64_t> sets;   ///< what was left, ascending, of at least two items
  std::vector<std::int32_t> first;   ///< where the choices from each set begin, and the end
  std::vector<std::uint8_t> choice;  ///< the item
  std::vector<double> weight;        ///< of all such choices together
};

ChoiceTable tabulate_choices(Sequences const& lists);

}  // namespace thresher::partial_order
