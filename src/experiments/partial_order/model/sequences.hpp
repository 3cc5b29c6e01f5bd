#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::partial_order {

/// A list of items in the order in which they were chosen; behind the first `steps` of them stand, ascending,
/// those of the choice set that were never chosen.
struct SequenceView {
  std::span<std::int32_t const> items;
  std::int64_t steps = 0;
  double weight = 1;
};

/// Many lists, back to back.
struct Sequences {
  std::vector<std::int32_t> items;
  std::vector<std::int64_t> offset = {0};  ///< where each begins; at last the number of all items
  std::vector<std::int32_t> steps;         ///< how many are chosen; empty: all
  std::vector<double> weight;              ///< empty: 1 each

  std::int64_t count() const { return static_cast<std::int64_t>(offset.size()) - 1; }
  SequenceView operator[](std::int64_t s) const {
    auto const at = static_cast<std::size_t>(s);
    auto const size = offset[at + 1] - offset[at];
    return {std::span(items).subspan(static_cast<std::size_t>(offset[at]), static_cast<std::size_t>(size)),
            steps.empty() ? size : steps[at], weight.empty() ? 1.0 : weight[at]};
  }
  /// Choices in all lists together.
  std::int64_t choices() const {
    if (steps.empty()) return offset.back();
    std::int64_t sum = 0;
    for (auto const part : steps) sum += part;
    return sum;
  }
  /// The longest list, unlisted items counted.
  std::int64_t longest() const {
    std::int64_t result = 0;
    for (std::size_t s = 1; s < offset.size(); ++s) result = std::max(result, offset[s] - offset[s - 1]);
    return result;
  }
};

/// Every list once, with the sum of its weights, in the order of its first occurrence: where items are few,
/// lists repeat.
Sequences merged(Sequences const& lists);

}  // namespace thresher::partial_order
