#pragma once

#include "study/experiment.hpp"

namespace thresher::reward_single_index {

/// What one trial measures. Names, ranges and meanings are declared in experiment.cpp.
struct Metrics {
  double overlap_mean = study::kUndefined;
  double overlap_best = study::kUndefined;
  double overlap_signed = study::kUndefined;
  double frac_recovered = study::kUndefined;
  double frac_strong = study::kUndefined;
  double ess1_frac = study::kUndefined;
  double signal1_hat = study::kUndefined;
  double signal2_hat = study::kUndefined;
  double signal1_split = study::kUndefined;
  double eig_top = study::kUndefined;
  double eig_gap = study::kUndefined;
  double ess2_frac = study::kUndefined;
  double value_hat = study::kUndefined;
  double value_opt = study::kUndefined;
  double value_ref = study::kUndefined;
  double value_gap = study::kUndefined;
  double rel_value_gap = study::kUndefined;
  double kl_hat = study::kUndefined;
  double kl_opt = study::kUndefined;
  double regret = study::kUndefined;
  double rel_regret = study::kUndefined;
  double net_gain = study::kUndefined;
  double admissible = study::kUndefined;
  double fit_var = study::kUndefined;
  double tilted_var = study::kUndefined;
  double regret_quadratic = study::kUndefined;
  double proxy_tilted_var = study::kUndefined;
  double identity_defect = study::kUndefined;
  double heldout_error = study::kUndefined;
  double heldout_nmse = study::kUndefined;
  double behaviour_value = study::kUndefined;
  double offpolicy_value = study::kUndefined;
  double offpolicy_se = study::kUndefined;
  double offpolicy_ess = study::kUndefined;
};

}  // namespace thresher::reward_single_index
