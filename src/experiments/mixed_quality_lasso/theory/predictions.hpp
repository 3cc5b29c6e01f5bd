#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// What theory, or plain arithmetic, says of a point; NaN where it does not apply there.
struct Predictions {
  double n = study::kUndefined;
  double n_alg = study::kUndefined;
  double theta_realised = study::kUndefined;
  double sigma_avg_sq = study::kUndefined;

  double lam = study::kUndefined;
  double weight_hq = study::kUndefined;
  double weight_lq = study::kUndefined;
  double n_eff = study::kUndefined;

  double it_ratio_agnostic = study::kUndefined;
  double it_ratio_informed = study::kUndefined;
  double gamma_agnostic = study::kUndefined;
  double gamma_informed = study::kUndefined;
  double aon_ratio_agnostic = study::kUndefined;
  double lq_marginal_agnostic = study::kUndefined;
  double gamma_agnostic_sharp = study::kUndefined;
  double aon_ratio_informed = study::kUndefined;
  double fano_ratio = study::kUndefined;
  double fano_success_upper = study::kUndefined;

  double ml_fail_union = study::kUndefined;

  double lasso_success = study::kUndefined;
  double lasso_nu = study::kUndefined;
  double lasso_t = study::kUndefined;
  double lasso_v = study::kUndefined;
  double gamma_lasso_agnostic = study::kUndefined;
  double gamma_lasso_interference = study::kUndefined;
  double se_mse = study::kUndefined;
  double se_tpr = study::kUndefined;
  double se_fdp = study::kUndefined;
  double se_df = study::kUndefined;
  double se_alpha = study::kUndefined;

  double theta50 = study::kUndefined;

  double lasso_success_tuned = study::kUndefined;
  double lam_tuned = study::kUndefined;

  double iso_n2_theory = study::kUndefined;
  double iso_price_theory = study::kUndefined;
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
