#pragma once

#include "study/experiment.hpp"

namespace thresher::hierarchical_features {

/// What is measured in a trial; declared in experiment.cpp.
struct Metrics {
  double mse = study::kUndefined;
  double nmse = study::kUndefined;
  double label_variance = study::kUndefined;
  double overlap_subspace = study::kUndefined;
  double overlap_features = study::kUndefined;
  double recovered_count = study::kUndefined;
  double cos2_first = study::kUndefined;
  double cos2_tracked = study::kUndefined;
  double cos2_last = study::kUndefined;
  double mse_projection = study::kUndefined;
  double coefficient_error = study::kUndefined;
  double noise_level = study::kUndefined;
  double noise_inflation = study::kUndefined;
  double edge_right = study::kUndefined;
  double num_outliers = study::kUndefined;
  double eig_max = study::kUndefined;
  double eig_min = study::kUndefined;
  double spectrum_shift = study::kUndefined;
  double nmse_oracle = study::kUndefined;
  double nmse_shallow = study::kUndefined;
  double nmse_krr = study::kUndefined;
  double refined_mse = study::kUndefined;
  double refined_nmse = study::kUndefined;
  double refined_overlap_subspace = study::kUndefined;
  double refined_overlap_features = study::kUndefined;
  double refined_recovered_count = study::kUndefined;
  double refined_cos2_first = study::kUndefined;
  double refined_cos2_tracked = study::kUndefined;
  double refined_cos2_last = study::kUndefined;
  double refined_mse_projection = study::kUndefined;
  double refined_coefficient_error = study::kUndefined;
  double refined_rounds_used = study::kUndefined;
  double linear_fraction = study::kUndefined;
  double eps_converged = study::kUndefined;
  double eps_matvecs = study::kUndefined;
  double gamma_hat = study::kUndefined;
  double next_feature_rows = study::kUndefined;
  double wall_seconds = study::kUndefined;
};

}  // namespace thresher::hierarchical_features
