#pragma once

#include <limits>

namespace thresher::mixed_quality_lasso {

/// What is measured in a trial; NaN where it does not apply. Meanings are declared in experiment.cpp.
struct Metrics {
  static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

  double sign_recovery = undefined;
  double exact_support = undefined;
  double partial_recovery = undefined;
  double overlap = undefined;
  double fdp = undefined;
  double n_false_pos = undefined;
  double n_false_neg = undefined;
  double mse = undefined;
  double linf_error = undefined;
  double cond_success_prob = undefined;
  double pdw_sign_ok = undefined;
  double pdw_v = undefined;
  double dual_max = undefined;
  double duality_gap = undefined;
  double iterations = undefined;
  double full_passes = undefined;
  double path_hits = undefined;
  double lambda_best = undefined;
  double weight_ratio = undefined;
  double converged = undefined;
  double ml_excess = undefined;
  double noise_power = undefined;
  double iso_n2 = undefined;
  double iso_price = undefined;
  double fit_s = undefined;
  double fit_rho = undefined;
  double fit_n_eff = undefined;
  double fit_success = undefined;
};

}  // namespace thresher::mixed_quality_lasso
