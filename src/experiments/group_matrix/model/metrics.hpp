#pragma once

#include "study/experiment.hpp"

namespace thresher::group_matrix {

struct Metrics {
  double test_error = study::kUndefined;
  double full_error = study::kUndefined;
  double test_error_starved = study::kUndefined;
  double test_error_block = study::kUndefined;
  double test_error_worst = study::kUndefined;
  double test_rmse = study::kUndefined;
  double subspace_dist = study::kUndefined;
  double subspace_dist_worst = study::kUndefined;
  double subspace_cos2 = study::kUndefined;
  double energy_loss = study::kUndefined;
  double rank_mean = study::kUndefined;
  double lambda_selected = study::kUndefined;
  double val_error = study::kUndefined;
  double iterations = study::kUndefined;
  double objective = study::kUndefined;
  double duality_gap = study::kUndefined;
  double converged = study::kUndefined;
  double obs_fraction = study::kUndefined;
  double seconds = study::kUndefined;
};

}  // namespace thresher::group_matrix
