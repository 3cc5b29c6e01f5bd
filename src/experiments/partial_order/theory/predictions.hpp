#pragma once

#include "experiments/partial_order/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::partial_order {

/// What theory says of a point, not of its trials; NaN where it says nothing. Meanings are declared in
/// declared_predictions.cpp.
struct Predictions {
  double coverage_theory = study::kUndefined;
  double pair_coverage_theory = study::kUndefined;
  double relation_density_theory = study::kUndefined;
  double maximal_items_theory = study::kUndefined;
  double intersection_tp_theory = study::kUndefined;
  double intersection_fp_theory = study::kUndefined;
  double threshold_tp_theory = study::kUndefined;
  double threshold_fp_theory = study::kUndefined;
  double ip_cov_theory = study::kUndefined;
  double margin_theory = study::kUndefined;
  double intersection_exact_theory = study::kUndefined;
  double search_exact_theory = study::kUndefined;
  double n_half_theory = study::kUndefined;
  double chernoff_theory = study::kUndefined;
  double kl_theory = study::kUndefined;
};

void predict_coverage(Parameters const& point, Predictions& predictions);
void predict_prior(Parameters const& point, Predictions& predictions);
/// Of an order that is the same in all trials.
void predict_fixed_order(Parameters const& point, Predictions& predictions);

}  // namespace thresher::partial_order
