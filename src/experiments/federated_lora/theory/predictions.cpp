#include "experiments/federated_lora/theory/predictions.hpp"

#include "experiments/federated_lora/model/sizes.hpp"
#include "experiments/federated_lora/theory/entry_levels.hpp"
#include "experiments/federated_lora/theory/refinement_errors.hpp"

namespace thresher::federated_lora {

namespace {

/// Whether the estimates are unbiased with isotropic errors.
bool has_plain_estimates(Parameters const& point) {
  if (point.module == Module::copy || point.module == Module::input) return false;
  bool const is_ridged = point.module == Module::linreg && point.ridge > 0;
  return !is_ridged && point.local_rank == 0;
}

}  // namespace

void predict_errors(Parameters const& point, Predictions& predictions) {
  if (!has_plain_estimates(point)) return;
  bool const has_noise = point.noise > 0;
  bool const has_error = has_noise || point.heterogeneity > 0;
  predictions.mse_local = point.noise * point.noise;
  predictions.mse_fedavg = average_error(point);
  predictions.mse_oracle = oracle_error(point);
  if (has_error) predictions.mse_oracle_adaptive = adaptive_oracle_error(point);
  predictions.bbp_signal = detectable_signal(point);
  if (fitted_rank(point) != point.rank) return;
  predictions.mse_oracle_set = oracle_set_error(point);
  if (has_noise) predictions.heterogeneity_crossover = heterogeneity_crossover(point);
  predictions.subspace_error_oracle_set = oracle_set_subspace_error(point);
  bool const is_orthogonal = point.contamination_kind == ContaminationKind::collude && point.overlap == 0;
  if (has_error && is_orthogonal) predictions.subspace_error_svd = svd_subspace_error(point);
  predictions.score_benign = benign_score(point);
  predictions.score_contaminated = contaminated_score(point);
}

void predict_levels(Parameters const& point, Predictions& predictions) {
  if (!has_plain_estimates(point)) return;
  auto const m = static_cast<double>(contaminated_clients(point));
  auto const clients = static_cast<double>(point.clients);
  predictions.lambda_enter_benign = benign_entry_level(point, clients - m, m / clients);
  predictions.lambda_enter_contaminated = contaminated_entry_level(point, m, m / clients);
}

void predict_limits(Parameters const& point, Predictions& predictions) {
  if (point.module == Module::copy || point.module == Module::input) return;
  predictions.contamination_limit_noiseless = contamination_limit_noiseless(point);
  predictions.contamination_limit_svd = contamination_limit_of_svd(point);
  if (!has_plain_estimates(point)) return;
  predictions.contamination_limit = contamination_limit(point);
  predictions.contamination_limit_rule = contamination_limit_of_rule(point);
}

}  // namespace thresher::federated_lora
