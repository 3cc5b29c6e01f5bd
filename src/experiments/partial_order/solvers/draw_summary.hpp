#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <cstdint>
#include <tuple>
#include <vector>

namespace thresher::partial_order {

/// Draws that stand for all in the predictive density: number k of kMostPredictiveDraws is floor(k C /
/// kMostPredictiveDraws) of the C draws of all chains laid end to end; all of them where they are fewer.
inline constexpr std::int64_t kMostPredictiveDraws = 200;
bool is_predictive_draw(std::int64_t draw, std::int64_t all_draws);

/// What is kept of orders that were drawn.
struct DrawSummary {
  std::vector<std::int64_t> edge_counts;  ///< draws in which i precedes j, n x n
  std::vector<double> relations;          ///< of every draw
  std::vector<bits::Word> kept;           ///< rows of the predictive ones, a draw after the other

  void add(PartialOrder const& order, std::int64_t draw, std::int64_t all_draws);

  static constexpr std::tuple members{&DrawSummary::edge_counts, &DrawSummary::relations, &DrawSummary::kept};
};

}  // namespace thresher::partial_order
