#include "experiments/partial_order/estimators/measurement.hpp"

#include "experiments/partial_order/estimators/artifacts.hpp"
#include "experiments/partial_order/estimators/edge_metrics.hpp"
#include "experiments/partial_order/estimators/list_metrics.hpp"
#include "experiments/partial_order/estimators/trial_metrics.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/chain_diagnostics.hpp"
#include "study/stopwatch.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::partial_order {

namespace {

/// A metric and the prediction of a trial's own order that stands beside it.
struct OwnPrediction {
  double Metrics::*metric;
  double OrderPredictions::*prediction;
};
constexpr OwnPrediction kPairPredictions[] = {
    {&Metrics::pred_intersection_tp, &OrderPredictions::intersection_tp},
    {&Metrics::pred_intersection_fp, &OrderPredictions::intersection_fp},
    {&Metrics::pred_threshold_tp, &OrderPredictions::threshold_tp},
    {&Metrics::pred_threshold_fp, &OrderPredictions::threshold_fp},
    {&Metrics::pred_ip_cov, &OrderPredictions::ip_cov},
    {&Metrics::pred_margin, &OrderPredictions::margin},
    {&Metrics::pred_intersection_exact, &OrderPredictions::intersection_exact}};
constexpr OwnPrediction kSearchPredictions[] = {
    {&Metrics::pred_search_exact, &OrderPredictions::search_exact},
    {&Metrics::pred_n_half, &OrderPredictions::n_half},
    {&Metrics::chernoff_min, &OrderPredictions::chernoff_min},
    {&Metrics::kl_min, &OrderPredictions::kl_min}};

constexpr double Metrics::*kTruthMetrics[] = {
    &Metrics::closure_precision, &Metrics::closure_recall,   &Metrics::closure_f1,
    &Metrics::closure_tp,        &Metrics::closure_fp,       &Metrics::pair_error,
    &Metrics::exact_recovery,    &Metrics::edge_brier,       &Metrics::edge_ece,
    &Metrics::edge_auc,          &Metrics::relation_density, &Metrics::maximal_items};
constexpr double Metrics::*kCoverMetrics[] = {&Metrics::cover_precision, &Metrics::cover_recall,
                                              &Metrics::cover_f1, &Metrics::shd};
/// Metrics of some methods only.
constexpr double Metrics::*kMethodMetrics[] = {&Metrics::closure_f1_hard,
                                               &Metrics::accept_rate,
                                               &Metrics::rhat,
                                               &Metrics::ess,
                                               &Metrics::elbo,
                                               &Metrics::log_posterior,
                                               &Metrics::rho_hat,
                                               &Metrics::beta_hat,
                                               &Metrics::epsilon_hat,
                                               &Metrics::raw_threshold_tp,
                                               &Metrics::raw_threshold_fp,
                                               &Metrics::threshold_chosen};

void measure_fidelity(ExactPosterior const& exact, EdgeScores const& scores, std::int64_t items,
                      Metrics& metrics) {
  auto const n = static_cast<std::size_t>(items);
  std::vector<double> row(n);
  double sum = 0;
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    scores.row(static_cast<std::int64_t>(i), row);
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i) continue;
      double const error = std::abs(row[j] - exact.edges[i * n + j]);
      sum += error;
      largest = std::max(largest, error);
    }
  }
  metrics.fidelity_mae = sum / static_cast<double>(n * (n - 1));
  metrics.fidelity_max = largest;
}

}  // namespace

study::Outcome measure_point(FitStage const& stage, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  auto const& reference = stage.reference;
  auto const& data = reference.data;
  study::Stopwatch const watch;
  auto const order = estimated_order(stage.fit, point, team);
  double const seconds = stage.fit.seconds + watch.seconds();
  EdgeScores const scores(stage.fit, *order, point);

  metrics = stage.fit.own;
  metrics.seconds = seconds;
  metrics.evaluations = stage.fit.evaluations;
  if (!stage.fit.chains.empty()) {
    metrics.rhat = split_rhat(stage.fit.chains);
    metrics.ess = effective_sample_size(stage.fit.chains);
  }
  if (has_truth(point)) {
    measure_order(*data.truth(), *order, point, team, metrics);
    measure_scores(*data.truth(), scores, team, metrics);
    if (stage.fit.soft)
      metrics.closure_f1_hard = compare_closures(*data.truth(), ProductOrder(*stage.fit.soft), team).f1();
  }
  measure_lists(stage.fit, *order, data, point, team, metrics);
  measure_trial(data, reference.training, point, team, metrics);
  measure_relaxation(data, reference.training, point, team, metrics);
  if (reference.exact) measure_fidelity(*reference.exact, scores, point.n_items, metrics);
  for (auto const& [metric, prediction] : kPairPredictions)
    metrics.*metric = reference.predictions.*prediction;
  for (auto const& [metric, prediction] : kSearchPredictions)
    metrics.*metric = reference.predictions.*prediction;
  store_artifacts(stage, *order, scores, point, team);
  return study::Outcome::ok;
}

Metrics applicable_metrics(Parameters const& point, Metrics all) {
  auto const unless = [&](bool applies, auto const& names) {
    if (applies) return;
    for (auto const metric : names) all.*metric = study::kUndefined;
  };
  using List = std::initializer_list<double Metrics::*>;
  auto const measured = method_of(point).measures(point);
  for (auto const metric : kMethodMetrics)
    if (std::ranges::count(measured, metric) == 0) all.*metric = study::kUndefined;
  unless(has_truth(point), kTruthMetrics);
  unless(has_truth(point) && measures_cover(point), kCoverMetrics);
  unless(has_test(point), List{&Metrics::heldout_loglik, &Metrics::heldout_loglik_point});
  unless(generates(point) && point.generator == Generator::frontier, List{&Metrics::heldout_excess});
  unless(generates(point), List{&Metrics::feasible_recall, &Metrics::infeasible_detect});
  unless(point.fidelity, List{&Metrics::fidelity_mae, &Metrics::fidelity_max});
  unless(counts_pairs(point), List{&Metrics::ip_cov});
  unless(measures_relaxation(point),
         List{&Metrics::relaxation_gap, &Metrics::soft_hard_max, &Metrics::soft_hard_bound});
  bool const predicts = generates(point) && predicts_order(point);
  for (auto const& [metric, prediction] : kPairPredictions)
    if (!predicts) all.*metric = study::kUndefined;
  for (auto const& [metric, prediction] : kSearchPredictions)
    if (!predicts || !predicts_search(point.generator, true_noise(point))) all.*metric = study::kUndefined;
  return all;
}

}  // namespace thresher::partial_order
