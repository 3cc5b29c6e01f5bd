#pragma once

#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// What is measured in a trial; NaN where it does not apply. Meanings are declared in experiment.cpp.
struct Metrics {
  double sign_recovery = study::kUndefined;
  double exact_support = study::kUndefined;
  double partial_recovery = study::kUndefined;
  double overlap = study::kUndefined;
  double fdp = study::kUndefined;
  double n_false_pos = study::kUndefined;
  double n_false_neg = study::kUndefined;
  double mse = study::kUndefined;
  double linf_error = study::kUndefined;
  double cond_success_prob = study::kUndefined;
  double pdw_sign_ok = study::kUndefined;
  double pdw_v = study::kUndefined;
  double dual_max = study::kUndefined;
  double duality_gap = study::kUndefined;
  double iterations = study::kUndefined;
  double full_passes = study::kUndefined;
  double path_hits = study::kUndefined;
  double lambda_best = study::kUndefined;
  double weight_ratio = study::kUndefined;
  double converged = study::kUndefined;
  double ml_excess = study::kUndefined;
  double noise_power = study::kUndefined;
  double iso_n2 = study::kUndefined;
  double iso_price = study::kUndefined;
  double fit_s = study::kUndefined;
  double fit_rho = study::kUndefined;
  double fit_n_eff = study::kUndefined;
  double fit_success = study::kUndefined;
};

}  // namespace thresher::mixed_quality_lasso
