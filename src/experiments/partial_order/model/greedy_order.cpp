#include "experiments/partial_order/model/greedy_order.hpp"

#include <algorithm>

namespace thresher::partial_order {

GreedyOrder::GreedyOrder(std::span<double const> scores, std::int64_t items, double lowest) : order_(items) {
  auto const n = static_cast<std::size_t>(items);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double const score = scores[i * n + j];
      if (i != j && score >= lowest)
        candidates_.push_back({score, {static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)}});
    }
  std::ranges::stable_sort(candidates_, [](auto const& a, auto const& b) { return a.score > b.score; });
}

PartialOrder const& GreedyOrder::down_to(double threshold) {
  for (; next_ < candidates_.size() && candidates_[next_].score >= threshold; ++next_) {
    auto const [i, j] = candidates_[next_].pair;
    if (!order_.precedes(i, j) && !order_.precedes(j, i)) order_.relate(i, j);
  }
  return order_;
}

PartialOrder greedy_order(std::span<double const> scores, std::int64_t items, double threshold) {
  return GreedyOrder(scores, items, threshold).down_to(threshold);
}

}  // namespace thresher::partial_order
