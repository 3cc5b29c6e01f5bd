#include "experiments/partial_order/work.hpp"

#include "experiments/partial_order/estimators/exact.hpp"
#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/trial_metrics.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/solvers/relaxed_likelihood.hpp"
#include "experiments/partial_order/theory/order_predictions.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

namespace {

/// A closure, rows of successors and of predecessors; the true coordinates.
double order_bytes(Parameters const& point) {
  auto const n = static_cast<double>(point.n_items);
  double const coordinates = 8 * n * static_cast<double>(point.poset == Poset::random ? point.poset_dim : 2);
  return coordinates + (point.n_items <= kMostStoredItems ? n * (n / 4 + 16) : 0);
}

double test_entries(Parameters const& point) {
  if (generates(point)) return 2 * static_cast<double>(point.n_test * list_items(point));
  return static_cast<double>((point.input->test_sequences + point.input->score_sequences) *
                             point.input->longest);
}

/// What stays of the data.
double held_bytes(Parameters const& point) {
  return order_bytes(point) + list_bytes(point) + 6 * test_entries(point);
}

/// Coordinates that metrics of the relaxation and of a soft order go through.
double compared_dimensions(Parameters const& point) {
  return (measures_relaxation(point) ? static_cast<double>(point.poset_dim) : 0) +
         (point.method == MethodKind::map ? 2 * static_cast<double>(point.latent_dim) : 0);
}

}  // namespace

study::Cost data_cost(Parameters const& point, study::Resources const&) {
  auto const n = static_cast<double>(point.n_items);
  double const subsets = point.generator == Generator::queue_jump ? std::exp2(n) : 0;
  study::Cost cost;
  cost.bytes_per_rank = held_bytes(point) + 2 * list_bytes(point) + order_bytes(point) + 16 * subsets;
  if (!generates(point)) {
    cost.bytes_streamed = 16 * choice_count(point);
    return cost;
  }
  auto const m = static_cast<double>(list_items(point));
  double const entries = choice_count(point) + test_entries(point);
  cost.bytes_per_rank += m < n ? m * m : 0;
  cost.normals = 3 * entries + 10 * n;
  cost.flops = 20 * entries * m + subsets * n * 4 + (point.n_items <= kMostStoredItems ? 8 * n * n : 0);
  return cost;
}

study::Cost reference_cost(Parameters const& point, study::Resources const&) {
  study::Cost cost;
  cost.bytes_per_rank = held_bytes(point) + list_bytes(point);
  if (generates(point) && predicts_order(point)) {
    auto const n = static_cast<double>(point.n_items);
    double const subsets = std::exp2(n);
    cost.bytes_per_rank += 8 * subsets * (n + 2) + 8 * 20 * subsets;
    // Some n neighbours, and for each the tilted sums of a quarter of the sets.
    cost.flops = subsets * n * 20 + 3 * n * subsets / 4 * n * 19 * 20;
  }
  if (!point.fidelity) return cost;
  auto const exact = exact_cost(point);
  cost.bytes_per_rank += exact.bytes_per_rank;
  cost.flops += exact.flops;
  return cost;
}

study::Cost fit_cost(Parameters const& point, study::Resources const& resources) {
  auto cost = method_of(point).cost(point, resources);
  cost.bytes_per_rank += held_bytes(point);
  return cost;
}

study::Cost reading_cost(Parameters const& point, study::Resources const& resources) {
  auto const n = static_cast<double>(point.n_items);
  auto const entries = test_entries(point);
  double const longest =
      generates(point) ? static_cast<double>(list_items(point)) : static_cast<double>(point.input->longest);
  // Tables of pairs, for methods that have them; the estimate, as rows on their way to the other ranks too,
  // and copies for the comparison of transitive reductions.
  bool const has_table = point.n_items <= kMostScoredItems;
  double const orders = measures_cover(point) ? 3.5 : 1.5;
  double const width = 4 + 2 * static_cast<double>(std::max(point.latent_dim, point.poset_dim));
  constexpr double kSortedItems = 2000;
  study::Cost cost;
  cost.bytes_per_rank = held_bytes(point) + list_bytes(point) + orders * order_bytes(point) +
                        8 * n * width * 4 + (has_table ? 8 * n * n * 5 : 0) +
                        (n <= kSortedItems ? 8 * n * n : 2e6);
  if (!has_full_lists(point)) cost.bytes_per_rank += 8 * choice_count(point) + 24 * n;  // lists of every item
  if (measures_relaxation(point))
    cost.bytes_per_rank +=
        list_bytes(point) +
        RelaxedLikelihood::bytes({point.n_items, point.poset_dim, static_cast<double>(sequence_count(point)),
                                  squared_lengths(point), list_items(point)},
                                 resources.ranks);
  // Held-out lists meet up to 200 orders.
  constexpr double kOrders = 200;
  cost.flops = entries * longest * 5 * (kOrders + 4) + n * n * (20 + 30 * compared_dimensions(point)) +
               (measures_relaxation(point) ? 300 * squared_lengths(point) : 0) +
               (has_full_lists(point) ? 0 : 4 * squared_lengths(point));
  return cost;
}

}  // namespace thresher::partial_order
