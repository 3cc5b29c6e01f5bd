#include "experiments/partial_order/solvers/draw_summary.hpp"

#include <algorithm>
#include <cstddef>

namespace thresher::partial_order {

bool is_predictive_draw(std::int64_t draw, std::int64_t all_draws) {
  if (all_draws <= kMostPredictiveDraws) return true;
  // The only candidate is the last k that does not lie behind the draw.
  auto const k = ((draw + 1) * kMostPredictiveDraws - 1) / all_draws;
  return k * all_draws / kMostPredictiveDraws == draw;
}

void DrawSummary::add(PartialOrder const& order, std::int64_t draw, std::int64_t all_draws) {
  auto const n = order.items();
  edge_counts.resize(static_cast<std::size_t>(n * n), 0);
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for_each_bit(order.after(i), [&](std::int64_t j) {
      ++edge_counts[static_cast<std::size_t>(i * n + j)];
      ++count;
    });
  relations.push_back(static_cast<double>(count));
  if (is_predictive_draw(draw, all_draws)) kept.insert(kept.end(), order.rows().begin(), order.rows().end());
}

}  // namespace thresher::partial_order
