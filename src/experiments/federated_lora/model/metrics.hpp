#pragma once

#include "study/experiment.hpp"

namespace thresher::federated_lora {

struct Metrics {
  double mse_local = study::kUndefined;
  double mse_fedavg = study::kUndefined;
  double mse_geomedian = study::kUndefined;
  double mse_svd = study::kUndefined;
  double mse_spherical = study::kUndefined;
  double mse_oracle_set = study::kUndefined;
  double mse_oracle = study::kUndefined;
  double mse_clair_convex = study::kUndefined;
  double mse_clair = study::kUndefined;
  double mse_clair_adaptive = study::kUndefined;
  double copy_accuracy_base = study::kUndefined;
  double copy_accuracy_local = study::kUndefined;
  double copy_accuracy_fedavg = study::kUndefined;
  double copy_accuracy_geomedian = study::kUndefined;
  double copy_accuracy_svd = study::kUndefined;
  double copy_accuracy_spherical = study::kUndefined;
  double copy_accuracy_oracle_set = study::kUndefined;
  double copy_accuracy_clair_convex = study::kUndefined;
  double copy_accuracy_clair = study::kUndefined;
  double copy_loss_base = study::kUndefined;
  double copy_loss_local = study::kUndefined;
  double copy_loss_fedavg = study::kUndefined;
  double copy_loss_geomedian = study::kUndefined;
  double copy_loss_svd = study::kUndefined;
  double copy_loss_spherical = study::kUndefined;
  double copy_loss_oracle_set = study::kUndefined;
  double copy_loss_clair_convex = study::kUndefined;
  double copy_loss_clair = study::kUndefined;
  double gain_clair = study::kUndefined;
  double excess_clair = study::kUndefined;
  double subspace_error_svd = study::kUndefined;
  double subspace_error_spherical = study::kUndefined;
  double subspace_error_oracle_set = study::kUndefined;
  double subspace_error_convex = study::kUndefined;
  double subspace_error_clair = study::kUndefined;
  double tpr = study::kUndefined;
  double fpr = study::kUndefined;
  double set_recovered = study::kUndefined;
  double set_recovered_spherical = study::kUndefined;
  double auc = study::kUndefined;
  double score_gap = study::kUndefined;
  double score_benign = study::kUndefined;
  double score_contaminated = study::kUndefined;
  double lambda_used = study::kUndefined;
  double lambda_enter_benign = study::kUndefined;
  double lambda_enter_contaminated = study::kUndefined;
  double lambda_exact_benign = study::kUndefined;
  double exact_recovery = study::kUndefined;
  double convex_rank = study::kUndefined;
  double admm_iterations = study::kUndefined;
  double converged = study::kUndefined;
  double duality_gap = study::kUndefined;
  double objective = study::kUndefined;
};

}  // namespace thresher::federated_lora
