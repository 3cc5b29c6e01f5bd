#include "experiments/mixed_quality_lasso/experiment.hpp"

#include "experiments/mixed_quality_lasso/data/recycled_buffer.hpp"
#include "experiments/mixed_quality_lasso/data/user_data.hpp"
#include "experiments/mixed_quality_lasso/data/workload.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"
#include "experiments/mixed_quality_lasso/validity.hpp"

#include <algorithm>

namespace thresher::mixed_quality_lasso {

using study::MetricKind;

namespace {

using Predict = void (*)(Parameters const&, Predictions&);

/// Of noise and signal: squares of their ratios, times numbers of rows, stay in the range of doubles.
constexpr char const* kMagnitudes = "[1e-50, 1e50]";

/// Theory of the planted model: it says nothing of the user's own data.
auto planted(Predict compute) {
  return [compute](Parameters const& point, Predictions& predictions) {
    if (point.input == nullptr) compute(point, predictions);
  };
}

/// Theory of some estimators.
auto planted(Described described, Predict compute) {
  return [=](Parameters const& point, Predictions& predictions) {
    if (point.input == nullptr && method_of(point).described() == described) compute(point, predictions);
  };
}

}  // namespace

Experiment::Experiment(double lengthy_seconds) : analyses_(lengthy_seconds) {
  about("mixed_quality_lasso", "Sparse recovery from mixed-quality data",
        "Y. Chaabouni and D. Gamarnik, Price of Quality: Sufficient Conditions for Sparse Recovery using "
        "Mixed-Quality Data, ICLR 2026, arXiv:2605.10713",
        1);
  stages({"data", "analysis"});
  declare_parameters();
  user_input(&Parameters::input, check_user_data);
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"sign_recovery"}, "theta");
  headline({"sign_recovery"}, "n2");
  headline({"iso_n2"}, "n1");
  headline({"gamma_agnostic", "gamma_agnostic_sharp", "gamma_informed"}, "sigma2");
}

void Experiment::declare_parameters() {
  parameter("p", &Parameters::p, "[2, 1e12]", "dimension", "data");
  parameter("s", &Parameters::s, "[1, 1e9]", "number of nonzero coefficients", "data");
  // Rows are nested by their ids; noise levels and magnitudes only scale what is drawn.
  parameter("n1", &Parameters::n1, "[0, 2147483647]", "high-quality rows (with theta = 0)", "data").nested =
      true;
  parameter("n2", &Parameters::n2, "[0, 2147483647]", "low-quality rows (with theta = 0)", "data").nested =
      true;
  parameter("theta", &Parameters::theta, "[0, inf)",
            "rows over 2 s log(p-s) + s + 1; > 0 overrides n1 and n2", "data")
      .nested = true;
  parameter("hq_fraction", &Parameters::hq_fraction, "[0, 1]", "share of high-quality rows, with theta",
            "data")
      .nested = true;
  parameter("sigma1", &Parameters::sigma1, kMagnitudes, "noise standard deviation of high-quality rows",
            "data")
      .nested = true;
  parameter("sigma2", &Parameters::sigma2, kMagnitudes,
            "noise standard deviation of low-quality rows, >= sigma1", "data")
      .nested = true;
  parameter("sigma_avg", &Parameters::sigma_avg, "[0, 1e50]",
            "> 0: sets sigma2 so that the variance averaged over the rows is sigma_avg^2", "data")
      .nested = true;
  parameter("rho", &Parameters::rho, kMagnitudes, "magnitude of the nonzero coefficients", "data").nested =
      true;
  parameter("signal", &Parameters::signal, {"binary", "signed"}, "signs of the nonzero coefficients", "data");
  parameter("estimator", &Parameters::estimator, estimator_names(),
            "estimator of the coefficients; pdw is the exact witness of the LASSO", "analysis");
  parameter("weighting", &Parameters::weighting,
            {"agnostic", "inverse_variance", "interference", "residual", "hq_only"}, "row weights",
            "analysis");
  parameter("lambda_rule", &Parameters::lambda_rule,
            {"geometric", "wainwright", "universal", "fixed", "tuned"}, "rule for the penalty lambda",
            "analysis");
  parameter("lambda_scale", &Parameters::lambda_scale, kMagnitudes, "multiplies the rule (not tuned)",
            "analysis");
  parameter("n_lambda", &Parameters::n_lambda, "[2, 1000000]", "lasso_path: points of the path", "analysis");
  parameter("lambda_min_ratio", &Parameters::lambda_min_ratio, "(0, 1)",
            "lasso_path: smallest over largest lambda", "analysis");
  parameter("delta", &Parameters::delta, "(0, 1]", "tolerated fraction of support errors", "analysis");
  parameter("tol", &Parameters::tol, "(0, 1)", "duality gap over ||b||^2/(2n) at which the LASSO stops",
            "analysis");
  parameter("max_iter", &Parameters::max_iter, "[1, 1e12]",
            "most iterations or coordinate sweeps of the LASSO", "analysis");
  parameter("solver", &Parameters::solver, {"working_set", "fista"}, "solver of the LASSO", "execution");
  parameter("storage", &Parameters::storage, {"dense", "regenerate"},
            "whether X is kept, or made again block by block in every pass", "execution");
  parameter("ml_restarts", &Parameters::ml_restarts, "[1, 1000000]", "ml_swap: starts", "analysis");
  parameter("amp_iters", &Parameters::amp_iters, "[1, 1e9]", "amp: most iterations", "analysis");
  parameter("iso_level", &Parameters::iso_level, "[0, 1)",
            "> 0: finds the n2 at which the recovery probability is iso_level", "analysis");
  parameter("iso_draws", &Parameters::iso_draws, "[1, 1000000]",
            "data sets averaged in one trial with iso_level", "analysis");
}

void Experiment::declare_metrics() {
  auto const indicator = MetricKind::indicator;
  auto const count = MetricKind::count;
  auto const value = MetricKind::value;
  metric("sign_recovery", &Metrics::sign_recovery, indicator, "[0, 1]",
         "every coefficient has the right sign (lasso_path: at some lambda of the path)")
      .prediction = "lasso_success";
  metric("exact_support", &Metrics::exact_support, indicator, "[0, 1]",
         "the nonzero coefficients are the right ones");
  metric("partial_recovery", &Metrics::partial_recovery, indicator, "[0, 1]",
         "at most delta s nonzero coefficients missed, and at most delta s wrongly found");
  metric("overlap", &Metrics::overlap, value, "[0, 1]", "share of the support that is found").prediction =
      "se_tpr";
  metric("fdp", &Metrics::fdp, value, "[0, 1]", "false discovery proportion").prediction = "se_fdp";
  metric("n_false_pos", &Metrics::n_false_pos, count, "[0, inf)", "false positives");
  metric("n_false_neg", &Metrics::n_false_neg, count, "[0, inf)", "false negatives");
  metric("mse", &Metrics::mse, value, "[0, inf)", "||betahat - beta||^2/(s rho^2)").prediction = "se_mse";
  metric("linf_error", &Metrics::linf_error, value, "[0, inf)", "largest error of a coefficient over rho");
  metric("cond_success_prob", &Metrics::cond_success_prob, value, "[0, 1]",
         "probability of recovery given the support columns and the noise")
      .prediction = "lasso_success";
  metric("pdw_sign_ok", &Metrics::pdw_sign_ok, indicator, "[0, 1]",
         "the LASSO restricted to the support has the right signs");
  metric("pdw_v", &Metrics::pdw_v, value, "(0, inf]", "variance of the off-support dual variables")
      .prediction = "lasso_v";
  metric("dual_max", &Metrics::dual_max, value, "[0, inf)", "largest off-support correlation over lambda");
  metric("duality_gap", &Metrics::duality_gap, value, "(-inf, inf)", "duality gap over ||b||^2/(2n)");
  metric("iterations", &Metrics::iterations, count, "[0, inf)", "iterations of the solver");
  metric("full_passes", &Metrics::full_passes, count, "[0, inf)", "passes over the columns of X");
  metric("path_hits", &Metrics::path_hits, count, "[0, inf)", "points of the path with all signs right");
  metric("lambda_best", &Metrics::lambda_best, value, "(0, inf)", "lambda of the reported point of the path");
  metric("weight_ratio", &Metrics::weight_ratio, value, "(0, inf]",
         "mean squared residual of low-quality over high-quality rows");
  metric("converged", &Metrics::converged, indicator, "[0, 1]", "amp reached a fixed point");
  metric("ml_excess", &Metrics::ml_excess, value, "(-inf, 1]",
         "(loss of the true support - loss of the estimate)/loss of the true support");
  metric("noise_power", &Metrics::noise_power, value, "(0, inf)", "||z||^2/n").prediction = "sigma_avg_sq";
  metric("iso_n2", &Metrics::iso_n2, value, "[0, inf]",
         "low-quality rows at which recovery reaches iso_level")
      .prediction = "iso_n2_theory";
  auto& price = metric("iso_price", &Metrics::iso_price, value, "(-inf, inf)",
                       "low-quality rows that replace one high-quality row along the line of equal recovery");
  price.prediction = "iso_price_theory";
  price.may_be_undefined = true;
  metric("fit_s", &Metrics::fit_s, count, "[0, inf)",
         "user's data: nonzero coefficients of the chosen point");
  metric("fit_rho", &Metrics::fit_rho, value, "[0, inf)", "user's data: median magnitude of their refit");
  metric("fit_n_eff", &Metrics::fit_n_eff, value, "[0, inf)", "user's data: effective number of rows");
  metric("fit_success", &Metrics::fit_success, value, "[0, 1]",
         "user's data: predicted probability of recovering a signal of that size");
}

void Experiment::declare_artifacts() {
  artifact("betahat", {"nonzero", "index_value"}, "nonzero coefficients: index, value");
  artifact("support", {"active"}, "indices of the true support");
  artifact("path", {"path_point", "path_field"},
           "lasso_path: lambda, support size, true positives, false positives, relative duality gap");
  artifact("correlations", {"correlation_bin", "bin_field"},
           "lasso: histogram of A^T r/(n lambda) over all columns: centre of the bin, columns");
  artifact("blocks", {"block", "block_field"}, "user's data: label, rows, noise variance, weight");
  artifact("column_scaling", {"column", "scaling_field"},
           "user's data: mean and root mean square of each column");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const setting{"p",           "s",      "n1",     "n2",       "theta",
                                         "hq_fraction", "sigma1", "sigma2", "sigma_avg"};
  auto const with = [&](std::vector<std::string> more) {
    more.insert(more.end(), setting.begin(), setting.end());
    return more;
  };
  theory("sizes", setting, planted(predict_sizes));
  prediction("n", &Predictions::n, "rows used");
  prediction("n_alg", &Predictions::n_alg, "2 s log(p-s) + s + 1");
  prediction("theta_realised", &Predictions::theta_realised, "n/n_alg");
  prediction("sigma_avg_sq", &Predictions::sigma_avg_sq, "noise variance averaged over the rows");

  theory("weights", with({"rho", "weighting", "lambda_rule", "lambda_scale"}), planted(predict_weights));
  prediction("lam", &Predictions::lam, "penalty lambda");
  prediction("weight_hq", &Predictions::weight_hq, "weight of high-quality rows, mean 1 over all rows");
  prediction("weight_lq", &Predictions::weight_lq, "weight of low-quality rows");
  prediction("n_eff", &Predictions::n_eff, "effective number of rows, (sum w)^2/sum w^2");

  theory("information", with({"rho", "signal", "delta"}), planted(predict_information));
  prediction("it_ratio_agnostic", &Predictions::it_ratio_agnostic,
             "rows over the sufficient ones, agnostic decoder");
  prediction("it_ratio_informed", &Predictions::it_ratio_informed,
             "rows over the sufficient ones, informed decoder");
  prediction("gamma_agnostic", &Predictions::gamma_agnostic,
             "price of quality, agnostic decoder (sufficient)");
  prediction("gamma_informed", &Predictions::gamma_informed,
             "price of quality, informed decoder (sufficient)");
  prediction("aon_ratio_agnostic", &Predictions::aon_ratio_agnostic,
             "rows over the all-or-nothing threshold, agnostic");
  prediction("lq_marginal_agnostic", &Predictions::lq_marginal_agnostic,
             "effect of one more low-quality row on the agnostic decoder; < 0: it harms");
  prediction("gamma_agnostic_sharp", &Predictions::gamma_agnostic_sharp,
             "price of quality, agnostic decoder (sharp)");
  prediction("aon_ratio_informed", &Predictions::aon_ratio_informed,
             "rows over the all-or-nothing threshold, informed");
  prediction("fano_ratio", &Predictions::fano_ratio, "information over the entropy of the support");
  prediction("fano_success_upper", &Predictions::fano_success_upper,
             "Fano's bound on the probability of exact recovery");

  theory("maximum_likelihood", with({"rho", "estimator", "weighting"}),
         planted(Described::as_maximum_likelihood, predict_ml));
  prediction("ml_fail_union", &Predictions::ml_fail_union,
             "union bound on the failure of maximum likelihood");

  theory("lasso", with({"rho", "estimator", "weighting", "lambda_rule", "lambda_scale"}),
         planted(Described::as_lasso, predict_lasso));
  prediction("lasso_success", &Predictions::lasso_success, "probability of signed-support recovery");
  prediction("lasso_nu", &Predictions::lasso_nu, "shrinkage of active coefficients");
  prediction("lasso_t", &Predictions::lasso_t, "standard deviation of active coefficients");
  prediction("lasso_v", &Predictions::lasso_v, "variance of off-support duals");
  prediction("gamma_lasso_agnostic", &Predictions::gamma_lasso_agnostic,
             "price of quality of the agnostic LASSO");
  prediction("gamma_lasso_interference", &Predictions::gamma_lasso_interference,
             "price of quality of the LASSO with optimal weights");
  prediction("se_mse", &Predictions::se_mse, "state evolution: ||betahat - beta||^2/(s rho^2)");
  prediction("se_tpr", &Predictions::se_tpr, "state evolution: true positive rate");
  prediction("se_fdp", &Predictions::se_fdp, "state evolution: false discovery proportion");
  prediction("se_df", &Predictions::se_df, "state evolution: nonzero coefficients");
  prediction("se_alpha", &Predictions::se_alpha, "state evolution: threshold over noise level");

  theory("threshold", with({"rho", "estimator", "weighting", "lambda_rule", "lambda_scale"}),
         planted(Described::as_lasso, predict_theta50));
  prediction("theta50", &Predictions::theta50, "theta at which lasso_success is 1/2");

  theory("tuned", with({"rho", "estimator", "weighting"}), planted(Described::as_lasso, predict_tuned))
      .on_request = true;
  prediction("lasso_success_tuned", &Predictions::lasso_success_tuned, "lasso_success at the tuned lambda");
  prediction("lam_tuned", &Predictions::lam_tuned, "lambda with the fewest predicted support errors");

  theory("iso", with({"rho", "weighting", "lambda_rule", "lambda_scale", "iso_level"}), planted(predict_iso));
  prediction("iso_n2_theory", &Predictions::iso_n2_theory,
             "low-quality rows at which lasso_success is iso_level");
  prediction("iso_price_theory", &Predictions::iso_price_theory, "slope of that line, -dn2/dn1");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  if (point.input == nullptr) {
    check_validity(point, verdict);
    return;
  }
  verdict.deterministic();
  check_user_validity(point, *point.input, verdict);
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  if (stage == 0 && point.input == nullptr) return data_cost(point, resources.ranks);
  return method_of(point).cost(point, resources.ranks);
}

Metrics Experiment::applicable(Parameters const& point) const {
  Metrics mask;
  for (auto const member : method_of(point).measures(point)) mask.*member = 0;
  return mask;
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t, study::StageResult const*,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  bool const keeps_columns = std::ranges::any_of(points, [](Parameters const& point) {
    return method_of(point).visits_columns() && point.storage == Storage::dense;
  });
  if (!keeps_columns) RecycledBuffer::release_spare();
  return std::make_unique<Trial>(points, team, analyses_);
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return method_of(point).measure(dynamic_cast<Trial const&>(*before), point, team, metrics);
}

}  // namespace thresher::mixed_quality_lasso
