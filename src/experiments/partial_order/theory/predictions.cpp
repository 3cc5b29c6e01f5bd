#include "experiments/partial_order/theory/predictions.hpp"

#include "experiments/partial_order/model/named_orders.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/theory/order_predictions.hpp"
#include "experiments/partial_order/theory/prior_law.hpp"

#include <cmath>
#include <optional>

namespace thresher::partial_order {

namespace {

/// The order of all trials of the point, where there is one and it is small.
std::optional<PartialOrder> fixed_order(Parameters const& point) {
  if (is_named(point.poset)) return named_order(point.poset, point.n_items, point.layers);
  if (point.poset == Poset::file && point.input != nullptr && point.input->has_truth())
    return PartialOrder::closure_of(point.n_items, point.input->small_truth);
  return std::nullopt;
}

}  // namespace

void predict_coverage(Parameters const& point, Predictions& predictions) {
  if (!generates(point)) return;
  auto const lists = static_cast<double>(sequence_count(point));
  auto const m = static_cast<double>(list_items(point));
  auto const n = static_cast<double>(point.n_items);
  predictions.coverage_theory = lists * m / n;
  // log1p(-1) is -infinity where a list holds every pair.
  predictions.pair_coverage_theory = -std::expm1(lists * std::log1p(-m * (m - 1) / (n * (n - 1))));
}

void predict_prior(Parameters const& point, Predictions& predictions) {
  if (!generates(point) || point.poset != Poset::random) return;
  predictions.relation_density_theory = relation_density(point.poset_dim, point.poset_rho);
  if (point.poset_rho == 0)
    predictions.maximal_items_theory = expected_maximal_items(point.n_items, point.poset_dim);
}

void predict_fixed_order(Parameters const& point, Predictions& predictions) {
  if (!generates(point) || !predicts_order(point)) return;
  auto const order = fixed_order(point);
  if (!order) return;
  auto const predicted = predict_order(*order, point.generator, true_noise(point), sequence_count(point),
                                       point.precedence_threshold);
  predictions.intersection_tp_theory = predicted.intersection_tp;
  predictions.intersection_fp_theory = predicted.intersection_fp;
  predictions.threshold_tp_theory = predicted.threshold_tp;
  predictions.threshold_fp_theory = predicted.threshold_fp;
  predictions.ip_cov_theory = predicted.ip_cov;
  predictions.margin_theory = predicted.margin;
  predictions.intersection_exact_theory = predicted.intersection_exact;
  predictions.search_exact_theory = predicted.search_exact;
  predictions.n_half_theory = predicted.n_half;
  predictions.chernoff_theory = predicted.chernoff_min;
  predictions.kl_theory = predicted.kl_min;
}

}  // namespace thresher::partial_order
