#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::reward_single_index {

/// What theory says of a point. Names and meanings are declared in experiment.cpp.
struct Predictions {
  double signal1 = study::kUndefined;
  double signal2 = study::kUndefined;
  double signal3 = study::kUndefined;
  double signal4 = study::kUndefined;
  double ie_transform = study::kUndefined;
  double ie_link = study::kUndefined;
  double ess1_frac_theory = study::kUndefined;
  double overlap = study::kUndefined;
  double overlap_signed_theory = study::kUndefined;
  double frac_recovered_theory = study::kUndefined;
  double sir_signal = study::kUndefined;
  double overlap_largest = study::kUndefined;
  double overlap_smallest = study::kUndefined;
  double outlier_gap = study::kUndefined;
  double value_opt_theory = study::kUndefined;
  double value_ref_theory = study::kUndefined;
  double kl_opt_theory = study::kUndefined;
  double j_opt = study::kUndefined;
  double coverage = study::kUndefined;
  double ess2_frac_theory = study::kUndefined;
  double regret_bias = study::kUndefined;
  double regret_var = study::kUndefined;
  double regret_theory = study::kUndefined;
  double rel_regret_theory = study::kUndefined;
  double admissible_theory = study::kUndefined;
  double regret_theory_valid = study::kUndefined;
  double proxy_coverage = study::kUndefined;
};

/// What weighting the labels makes of them.
void predict_signals(Parameters const& point, Predictions& predictions);
/// What the first stage finds.
void predict_first_stage(Parameters const& point, Predictions& predictions);
/// The best policy.
void predict_optimum(Parameters const& point, Predictions& predictions);
/// What the second stage loses on the features that theory expects of the first.
void predict_readout(Parameters const& point, Predictions& predictions);

}  // namespace thresher::reward_single_index
