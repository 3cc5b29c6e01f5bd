#pragma once

#include "experiments/federated_lora/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::federated_lora {

struct Predictions {
  double mse_local = study::kUndefined;
  double mse_fedavg = study::kUndefined;
  double mse_oracle = study::kUndefined;
  double mse_oracle_set = study::kUndefined;
  double mse_oracle_adaptive = study::kUndefined;
  double heterogeneity_crossover = study::kUndefined;
  double subspace_error_oracle_set = study::kUndefined;
  double subspace_error_svd = study::kUndefined;
  double bbp_signal = study::kUndefined;
  double score_benign = study::kUndefined;
  double score_contaminated = study::kUndefined;
  double lambda_enter_benign = study::kUndefined;
  double lambda_enter_contaminated = study::kUndefined;
  double contamination_limit = study::kUndefined;
  double contamination_limit_noiseless = study::kUndefined;
  double contamination_limit_rule = study::kUndefined;
  double contamination_limit_svd = study::kUndefined;
};

/// Errors, subspaces and scores. NaN where no formula holds (ridge, local_rank, another rank_fit).
void predict_errors(Parameters const& point, Predictions& predictions);
/// Entry levels at the point's contamination.
void predict_levels(Parameters const& point, Predictions& predictions);
/// Contaminations that are tolerated, whatever the point's own.
void predict_limits(Parameters const& point, Predictions& predictions);

}  // namespace thresher::federated_lora
