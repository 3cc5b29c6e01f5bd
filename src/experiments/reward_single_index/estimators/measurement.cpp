#include "experiments/reward_single_index/estimators/measurement.hpp"

#include "experiments/reward_single_index/data/own_readout_rows.hpp"
#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/estimators/own_policy.hpp"
#include "experiments/reward_single_index/estimators/policy.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/symmetric_root.hpp"
#include "mpi/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace thresher::reward_single_index {

namespace {

/// Eigenvalues of the projections' covariance below this share of its trace are rounding.
constexpr double kLeastShare = 1e-12;

constexpr double Metrics::*kOverlapMetrics[] = {&Metrics::overlap_mean, &Metrics::overlap_best,
                                                &Metrics::overlap_signed, &Metrics::frac_recovered,
                                                &Metrics::frac_strong};
constexpr double Metrics::*kPolicyMetrics[] = {
    &Metrics::ess2_frac, &Metrics::value_hat,  &Metrics::value_opt,        &Metrics::value_ref,
    &Metrics::value_gap, &Metrics::kl_hat,     &Metrics::rel_value_gap,    &Metrics::kl_opt,
    &Metrics::regret,    &Metrics::rel_regret, &Metrics::net_gain,         &Metrics::admissible,
    &Metrics::fit_var,   &Metrics::tilted_var, &Metrics::regret_quadratic, &Metrics::identity_defect};
/// What takes the hidden direction to be known.
constexpr double Metrics::*kProjectionMetrics[] = {&Metrics::signal1_hat, &Metrics::signal2_hat};
/// What the user's rows tell of a readout.
constexpr double Metrics::*kOwnMetrics[] = {
    &Metrics::ess2_frac,       &Metrics::heldout_error, &Metrics::heldout_nmse, &Metrics::behaviour_value,
    &Metrics::offpolicy_value, &Metrics::offpolicy_se,  &Metrics::offpolicy_ess};

void measure_overlaps(Parameters const& point, std::vector<double> const& overlaps, Metrics& metrics) {
  metrics.overlap_mean = metrics.overlap_best = metrics.overlap_signed = 0;
  metrics.frac_recovered = metrics.frac_strong = 0;
  auto const count = static_cast<double>(overlaps.size());
  for (std::size_t j = 0; j < overlaps.size(); ++j) {
    double const size = std::abs(overlaps[j]);
    metrics.overlap_mean += size / count;
    metrics.overlap_best = std::max(metrics.overlap_best, size);
    metrics.overlap_signed += neuron_sign(static_cast<std::int64_t>(j)) * overlaps[j] / count;
    metrics.frac_recovered += (size >= point.weak_threshold ? 1 : 0) / count;
    metrics.frac_strong += (size >= point.strong_threshold ? 1 : 0) / count;
  }
  // Sums of so many rounded terms may exceed 1 by rounding.
  metrics.overlap_mean = std::min(metrics.overlap_mean, 1.0);
  metrics.overlap_signed = std::clamp(metrics.overlap_signed, -1.0, 1.0);
  metrics.frac_recovered = std::min(metrics.frac_recovered, 1.0);
  metrics.frac_strong = std::min(metrics.frac_strong, 1.0);
}

/// Weights may leave a handful of rows.
void warn_of_few_rows(Parameters const& point, Metrics const& metrics, study::Team& team) {
  constexpr double kHandful = 100;
  double const effective = metrics.ess1_frac * static_cast<double>(first_rows(point));
  if (effective < kHandful)
    team.warn(fmt::format("beta1 = {} leaves the first stage fewer than 100 effective rows", point.beta1));
}

void store_columns(study::Team& team, std::string const& name,
                   std::vector<std::vector<double> const*> const& columns) {
  if (!team.wants(name)) return;
  auto const rows = columns.front()->size();
  std::vector<double> values;
  for (std::size_t row = 0; row < rows; ++row)
    for (auto const* column : columns) values.push_back((*column)[row]);
  team.store({name,
              {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns.size())},
              std::move(values)});
}

void store_vector(study::Team& team, std::string const& name, std::vector<double> values) {
  auto const size = static_cast<std::int64_t>(values.size());
  if (size > 0 && team.wants(name)) team.store({name, {size}, std::move(values)});
}

void forget_projections(Metrics& metrics) {
  for (auto member : kOverlapMetrics) metrics.*member = study::kUndefined;
  for (auto member : kProjectionMetrics) metrics.*member = study::kUndefined;
}

void store_features(Parameters const& point, Features const& features, study::Team& team) {
  bool const has_overlaps = knows_direction(point);
  if (has_overlaps) store_vector(team, "overlaps", features.overlaps);
  store_vector(team, "eigenvalues", features.eigenvalues);
  if (!features.curve.rows.empty() && has_overlaps)
    store_columns(team, "learning_curve", {&features.curve.rows, &features.curve.overlaps});
  store_vector(team, "direction", features.direction);
  auto const& own = features.own_weights;
  if (own.columns() == 0 || !team.wants("weights")) return;
  std::vector<double> rows;
  for (std::int64_t i = 0; i < own.rows(); ++i)
    for (std::int64_t j = 0; j < own.columns(); ++j) rows.push_back(own(i, j));
  team.store_distributed("weights", {point.d, own.columns()}, features.own_columns, rows);
}

/// The first layer whole: its rows w_j, a column each, or the one direction of all of them. Collective.
linalg::DenseMatrix whole_layer(Parameters const& point, Features const& features,
                                mpi::Communicator const& comm) {
  if (!features.direction.empty()) {
    linalg::DenseMatrix direction(point.d, 1);
    std::ranges::copy(features.direction, direction.values().begin());
    return direction;
  }
  auto const& own = features.own_weights;
  std::vector<double> rows;
  for (std::int64_t i = 0; i < own.rows(); ++i)
    for (std::int64_t j = 0; j < own.columns(); ++j) rows.push_back(own(i, j));
  auto const all = mpi::gather_parts(comm, rows).values;
  linalg::DenseMatrix layer(point.d, point.n_neurons);
  for (std::int64_t i = 0; i < point.d; ++i)
    for (std::int64_t j = 0; j < point.n_neurons; ++j)
      layer(i, j) = all[static_cast<std::size_t>(i * point.n_neurons + j)];
  return layer;
}

void store_readout(Readout const& readout, study::Team& team) {
  auto coefficients = readout.coefficients;
  coefficients.insert(coefficients.begin(), readout.intercept);
  store_vector(team, "readout", std::move(coefficients));
}

/// Readout and policy of the user's data.
void measure_own_readout(Parameters const& point, Features const& features, TrialData const& data,
                         study::Team& team, Metrics& metrics) {
  auto const& own = *data.own();
  auto const layer = whole_layer(point, features, team.communicator());
  OwnReadoutRows const rows(own, layer.view());
  auto const fit = fit_second_stage(point, data.link(), rows, team.communicator());
  metrics.ess2_frac = std::min(fit.final.weight_efficiency, 1.0);
  auto const values = judge_by_held_out_rows(point, data.link(), rows, fit, team, metrics);
  store_readout(fit.final.readout, team);
  if (values.empty()) return;
  std::vector<double> columns[4];
  for (auto const& each : values) {
    columns[0].push_back(each.temperature);
    columns[1].push_back(each.value);
    columns[2].push_back(each.standard_error);
    columns[3].push_back(each.effective_rows);
  }
  store_columns(team, "offpolicy_values", {&columns[0], &columns[1], &columns[2], &columns[3]});
}

}  // namespace

Metrics applicable_metrics(Parameters const& point) {
  Metrics metrics;
  for (auto member : kOverlapMetrics) metrics.*member = 0;
  for (auto member : method_of(point).measures(point)) metrics.*member = 0;
  if (!knows_direction(point)) forget_projections(metrics);
  if (point.n2 == 0) return metrics;
  if (point.input != nullptr) {
    for (auto member : kOwnMetrics) metrics.*member = 0;
    return metrics;
  }
  for (auto member : kPolicyMetrics) metrics.*member = 0;
  if (point.weighting == Weighting::surrogate) metrics.proxy_tilted_var = 0;
  return metrics;
}

void measure_point(Parameters const& point, FeatureStage const& before, study::Team& team, Metrics& metrics) {
  auto const& features = before.features(point);
  metrics = features.measured;
  measure_overlaps(point, features.overlaps, metrics);
  if (!knows_direction(point)) forget_projections(metrics);
  warn_of_few_rows(point, metrics, team);
  store_features(point, features, team);
  auto const& data = before.data();
  if (data.own() != nullptr && data.own()->is_standardized())
    store_columns(team, "column_scaling", {&data.own()->means(), &data.own()->deviations()});
  if (point.n2 == 0) return;
  if (data.own() != nullptr) return measure_own_readout(point, features, data, team, metrics);
  double trace = 0;
  for (std::int64_t j = 0; j < features.gram.rows(); ++j) trace += features.gram(j, j);
  auto const root = symmetric_root(team.communicator(), features.gram, kLeastShare * trace);
  ProjectedRows const rows(point, data.link(), root.root, team);
  auto const fit = fit_second_stage(point, data.link(), rows, team.communicator());
  metrics.ess2_frac = std::min(fit.final.weight_efficiency, 1.0);
  auto const profile = evaluate_policy(point, data.link(), features, fit, team, metrics);
  store_readout(fit.final.readout, team);
  store_columns(team, "profile",
                {&profile.place, &profile.learned_reward, &profile.true_reward, &profile.learned_density,
                 &profile.best_density});
}

}  // namespace thresher::reward_single_index
