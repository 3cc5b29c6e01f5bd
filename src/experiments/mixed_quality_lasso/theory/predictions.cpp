#include "experiments/mixed_quality_lasso/theory/predictions.hpp"

#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/information.hpp"
#include "experiments/mixed_quality_lasso/theory/iso_line.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"
#include "experiments/mixed_quality_lasso/theory/ml_union_bound.hpp"
#include "experiments/mixed_quality_lasso/theory/price.hpp"
#include "experiments/mixed_quality_lasso/theory/recovery_threshold.hpp"
#include "experiments/mixed_quality_lasso/theory/state_evolution.hpp"
#include "experiments/mixed_quality_lasso/theory/success.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"

namespace thresher::mixed_quality_lasso {

namespace {

void predict_state_evolution(RecoveryProblem const& problem, Tuning const& tuning, Predictions& predictions) {
  auto const state = state_evolution(problem, tuning.weights, tuning.lambda);
  double const true_positives = problem.s * state.true_positive_rate;
  double const false_positives = (problem.p - problem.s) * state.false_positive_rate;
  double const selected = true_positives + false_positives;
  predictions.se_mse = state.estimation_error / (problem.s * problem.rho * problem.rho);
  predictions.se_tpr = state.true_positive_rate;
  predictions.se_fdp = selected > 0 ? false_positives / selected : 0;
  predictions.se_df = state.degrees_of_freedom;
  predictions.se_alpha = state.nu / state.t;
}

}  // namespace

void predict_sizes(Parameters const& point, Predictions& predictions) {
  auto const problem = recovery_problem(point);
  predictions.n = total_rows(problem.blocks);
  predictions.n_alg = algorithmic_threshold(problem.p, problem.s);
  predictions.theta_realised = predictions.n / predictions.n_alg;
  predictions.sigma_avg_sq = average_noise_variance(problem.blocks);
}

void predict_weights(Parameters const& point, Predictions& predictions) {
  auto const problem = recovery_problem(point);
  auto const tuning = tuning_at(point);
  predictions.lam = tuning.lambda;
  predictions.weight_hq = tuning.weights.front();
  predictions.weight_lq = tuning.weights.back();
  predictions.n_eff = effective_sample_size(problem.blocks, tuning.weights);
}

void predict_information(Parameters const& point, Predictions& predictions) {
  auto const problem = recovery_problem(point);
  predictions.it_ratio_agnostic = sufficient_ratio_agnostic(problem, point.delta);
  predictions.it_ratio_informed = sufficient_ratio_informed(problem, point.delta);
  predictions.gamma_agnostic = sufficient_price_agnostic(problem, point.delta);
  predictions.gamma_informed = sufficient_price_informed(problem, point.delta);
  predictions.aon_ratio_agnostic = all_or_nothing_ratio_agnostic(problem);
  predictions.lq_marginal_agnostic = row_marginal_agnostic(problem, 1);
  predictions.gamma_agnostic_sharp = sharp_price_agnostic(problem);
  predictions.aon_ratio_informed = all_or_nothing_ratio_informed(problem);
  auto const fano = fano_bound(problem, point.signal);
  predictions.fano_ratio = fano.ratio;
  predictions.fano_success_upper = fano.success_upper;
}

void predict_ml(Parameters const& point, Predictions& predictions) {
  bool const has_bound =
      point.weighting == Weighting::agnostic || point.weighting == Weighting::inverse_variance;
  if (!has_bound) return;
  auto const problem = recovery_problem(point);
  double const unused_lambda = 1;
  auto const weights = row_weights(problem, point.weighting, unused_lambda);
  predictions.ml_fail_union = ml_failure_union_bound(problem, weights);
}

void predict_lasso(Parameters const& point, Predictions& predictions) {
  auto const problem = recovery_problem(point);
  auto const tuning = tuning_at(point);

  predictions.lasso_success = lasso_success(problem, tuning.weights, tuning.lambda);
  if (auto const support = support_equivalent(problem.blocks, tuning.weights, problem.s)) {
    auto const lasso = lasso_equivalent(*support, problem.s, tuning.lambda);
    predictions.lasso_nu = lasso.nu;
    predictions.lasso_t = lasso.t;
    predictions.lasso_v = lasso.v;
    predictions.gamma_lasso_interference = lasso_price_interference(problem, lasso.nu);
  }
  if (point.weighting == Weighting::agnostic)
    predictions.gamma_lasso_agnostic = lasso_price_agnostic(problem, tuning.lambda);
  predict_state_evolution(problem, tuning, predictions);
}

void predict_theta50(Parameters const& point, Predictions& predictions) {
  predictions.theta50 = recovery_threshold(recovery_problem(point), recipe_of(point));
}

void predict_tuned(Parameters const& point, Predictions& predictions) {
  auto const problem = recovery_problem(point);
  auto const tuning = tune_by_prediction(problem, point.weighting);
  predictions.lasso_success_tuned = lasso_success(problem, tuning.weights, tuning.lambda);
  predictions.lam_tuned = tuning.lambda;
}

void predict_iso(Parameters const& point, Predictions& predictions) {
  if (!(point.iso_level > 0)) return;
  auto const problem = recovery_problem(point);
  double const n1 = problem.blocks[0].rows, n2 = problem.blocks[1].rows;
  predictions.iso_n2_theory = iso_recovery_rows(problem, recipe_of(point), n1, n2, point.iso_level);
  predictions.iso_price_theory = iso_price(problem, recipe_of(point), n1, n2, point.iso_level);
}

}  // namespace thresher::mixed_quality_lasso
