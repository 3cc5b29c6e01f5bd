#include "experiments/partial_order/theory/pair_predictions.hpp"

#include "experiments/partial_order/model/neighbours.hpp"
#include "numerics/special_functions.hpp"
#include "study/experiment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::partial_order {

double binomial_upper_tail(std::int64_t count, double p, std::int64_t least) {
  if (least <= 0) return 1;
  if (least > count || p <= 0) return 0;
  if (p >= 1) return 1;
  return numerics::beta_distribution(p, static_cast<double>(least), static_cast<double>(count - least + 1));
}

PairPredictions predict_pairs(PartialOrder const& order, std::span<double const> precedence,
                              std::int64_t sequences, double threshold) {
  auto const n = order.items();
  auto const lists = static_cast<double>(sequences);
  auto const least = static_cast<std::int64_t>(std::ceil(threshold * lists - 1e-9));
  auto const before = [&](std::int64_t i, std::int64_t j) {
    return std::min(1.0, precedence[static_cast<std::size_t>(i * n + j)]);
  };
  PairPredictions result;
  double weakest = std::numeric_limits<double>::infinity();
  double strongest = -std::numeric_limits<double>::infinity();
  double uncovered = 0;
  std::int64_t incomparable = 0;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      if (i == j || order.precedes(j, i)) continue;
      double const b = before(i, j);
      double const always = std::pow(b, lists);
      double const often = binomial_upper_tail(sequences, b, least);
      if (order.precedes(i, j)) {
        weakest = std::min(weakest, b);
        result.intersection_tp += always;
        result.threshold_tp += often;
      } else {
        strongest = std::max(strongest, b);
        result.intersection_fp += always;
        result.threshold_fp += often;
        uncovered += always + std::pow(1 - b, lists);
        ++incomparable;
      }
    }
  bool const both = std::isfinite(weakest) && std::isfinite(strongest);
  result.margin = both ? weakest - strongest : study::kUndefined;
  result.incomparable_covered =
      incomparable > 0 ? 1 - uncovered / static_cast<double>(incomparable) : study::kUndefined;
  double missed = 0;
  for (auto const [x, y] : critical_pairs(order)) missed += std::pow(before(x, y), lists);
  for (auto const [i, j] : order.cover()) missed += 1 - std::pow(before(i, j), lists);
  result.intersection_exact = std::max(0.0, 1 - missed);
  return result;
}

}  // namespace thresher::partial_order
