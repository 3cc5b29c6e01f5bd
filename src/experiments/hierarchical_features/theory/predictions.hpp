#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::hierarchical_features {

/// What theory, or plain arithmetic, says of a point; NaN where it does not apply there.
struct Predictions {
  double rows_used = study::kUndefined;
  double hidden_features = study::kUndefined;
  double feature_dimension = study::kUndefined;
  double log_rows = study::kUndefined;

  double overlap_goe = study::kUndefined;
  double mse_goe = study::kUndefined;
  double cos2_first_goe = study::kUndefined;
  double cos2_tracked_goe = study::kUndefined;
  double cos2_last_goe = study::kUndefined;
  double overlap_goe_corrected = study::kUndefined;
  double mse_goe_corrected = study::kUndefined;
  double cos2_first_goe_corrected = study::kUndefined;
  double cos2_tracked_goe_corrected = study::kUndefined;
  double cos2_last_goe_corrected = study::kUndefined;
  double overlap_lw = study::kUndefined;
  double mse_lw = study::kUndefined;
  double cos2_first_lw = study::kUndefined;
  double cos2_tracked_lw = study::kUndefined;
  double cos2_last_lw = study::kUndefined;
  double overlap_finite_d = study::kUndefined;
  double mse_finite_d = study::kUndefined;
  double cos2_first_finite_d = study::kUndefined;
  double cos2_tracked_finite_d = study::kUndefined;
  double cos2_last_finite_d = study::kUndefined;

  double threshold_n_first = study::kUndefined;
  double threshold_n_tracked = study::kUndefined;
  double threshold_n_last = study::kUndefined;
  double recovered_goe = study::kUndefined;
  double recovered_lw = study::kUndefined;
  double mse_tail = study::kUndefined;
  double scaling_exponent = study::kUndefined;
  double mse_power_law = study::kUndefined;
  double second_layer_excess = study::kUndefined;
  double edge_right_lw = study::kUndefined;
  double edge_left_lw = study::kUndefined;
  double eig_first_lw = study::kUndefined;

  double label_variance_theory = study::kUndefined;
  double degree_q_fraction = study::kUndefined;
  double nmse_krr_theory = study::kUndefined;
};

/// Place of the tracked feature among d1 of them.
std::size_t tracked_feature(Parameters const& point, std::size_t hidden);

void predict_sizes(Parameters const& point, Predictions& predictions);
void predict_recovery(Parameters const& point, study::TheoryContext const& context, Predictions& predictions);
void predict_labels(Parameters const& point, Predictions& predictions);
void predict_kernel(Parameters const& point, Predictions& predictions);

}  // namespace thresher::hierarchical_features
