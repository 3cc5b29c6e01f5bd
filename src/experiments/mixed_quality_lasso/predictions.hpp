#pragma once

#include "experiments/mixed_quality_lasso/parameters.hpp"

#include <limits>

namespace thresher::mixed_quality_lasso {

/// What theory, or plain arithmetic, says of a point; NaN where it does not apply there.
struct Predictions {
  static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

  double n = undefined;
  double n_alg = undefined;
  double theta_realised = undefined;
  double sigma_avg_sq = undefined;

  double lam = undefined;
  double weight_hq = undefined;
  double weight_lq = undefined;
  double n_eff = undefined;

  double it_ratio_agnostic = undefined;
  double it_ratio_informed = undefined;
  double gamma_agnostic = undefined;
  double gamma_informed = undefined;
  double aon_ratio_agnostic = undefined;
  double lq_marginal_agnostic = undefined;
  double gamma_agnostic_sharp = undefined;
  double aon_ratio_informed = undefined;
  double fano_ratio = undefined;
  double fano_success_upper = undefined;

  double ml_fail_union = undefined;

  double lasso_success = undefined;
  double lasso_nu = undefined;
  double lasso_t = undefined;
  double lasso_v = undefined;
  double gamma_lasso_agnostic = undefined;
  double gamma_lasso_interference = undefined;
  double se_mse = undefined;
  double se_tpr = undefined;
  double se_fdp = undefined;
  double se_df = undefined;
  double se_alpha = undefined;

  double theta50 = undefined;

  double lasso_success_tuned = undefined;
  double lam_tuned = undefined;

  double iso_n2_theory = undefined;
  double iso_price_theory = undefined;
};

// Each function fills its own members at a valid point and leaves the others alone. "The setting" below is
// what `realise` reads: p, s, n1, n2, theta, hq_fraction, sigma1, sigma2, sigma_avg.

/// n, n_alg, theta_realised, sigma_avg_sq, at every point. Reads the setting.
void predict_sizes(Parameters const& point, Predictions& predictions);

/// lam, weight_hq, weight_lq, n_eff, at every point; of `residual` the predicted weights. Reads the setting,
/// rho, weighting, lambda_rule, lambda_scale.
void predict_weights(Parameters const& point, Predictions& predictions);

/// it_ratio_*, gamma_agnostic, gamma_informed, aon_ratio_*, lq_marginal_agnostic, gamma_agnostic_sharp,
/// fano_*, at every point. Reads the setting, rho, signal, delta.
void predict_information(Parameters const& point, Predictions& predictions);

/// ml_fail_union, of ml_exhaustive and ml_swap with agnostic or inverse-variance weights. Reads the setting,
/// rho, estimator, weighting.
void predict_ml(Parameters const& point, Predictions& predictions);

/// lasso_success, lasso_nu, lasso_t, lasso_v, gamma_lasso_*, se_*, at the point's lambda and weights, of
/// lasso, lasso_path, pdw and amp; gamma_lasso_agnostic with agnostic weights only. Reads the setting, rho,
/// estimator, weighting, lambda_rule, lambda_scale.
void predict_lasso(Parameters const& point, Predictions& predictions);

/// theta50, of lasso, lasso_path, pdw and amp. Reads the setting, rho, estimator, weighting, lambda_rule,
/// lambda_scale.
void predict_theta50(Parameters const& point, Predictions& predictions);

/// lasso_success_tuned, lam_tuned, of lasso, lasso_path, pdw and amp. Reads the setting, rho, estimator,
/// weighting.
void predict_tuned(Parameters const& point, Predictions& predictions);

/// iso_n2_theory, iso_price_theory, where iso_level > 0. Reads the setting, rho, weighting, lambda_rule,
/// lambda_scale, iso_level.
void predict_iso(Parameters const& point, Predictions& predictions);

}  // namespace thresher::mixed_quality_lasso
