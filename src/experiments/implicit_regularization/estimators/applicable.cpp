#include "experiments/implicit_regularization/estimators/applicable.hpp"

#include "experiments/implicit_regularization/estimators/metric_tables.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/own_snapshots.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"

#include <algorithm>

namespace thresher::implicit_regularization {

namespace {

bool is_explicit(Parameters const& point) {
  return point.input == nullptr && point.modification == Modification::explicit_penalty;
}

bool drops_out(Parameters const& point) {
  return point.input == nullptr && point.modification == Modification::dropout && point.dropout > 0;
}

/// The weights come from a minimisation, which counts no updates.
bool is_minimised(Parameters const& point) {
  if (optimizer_of(point) == Optimizer::lbfgs) return true;
  return is_explicit(point) && point.model == Model::linear && point.l1 > 0 && point.smooth == 0;
}

bool is_fitted_by_itself(Candidate candidate) {
  return candidate != Candidate::power && candidate != Candidate::hypentropy;
}

void mark_fits(Parameters const& point, Metrics& metrics) {
  auto const singles = members(candidates_of(point));
  for (auto const candidate : singles)
    metrics.*metrics_of(candidate).coefficient = metrics.*metrics_of(candidate).r2 = 0;
  for (auto const member : members(joint_of(point))) metrics.*metrics_of(member).joint_coefficient = 0;
  metrics.joint_r2 = metrics.joint_cond = metrics.identifiable = 0;
  if (candidates_of(point).contains(Candidate::power)) metrics.exponent_hat = 0;
  if (is_network(point)) metrics.r2_layer_l2 = 0;
  if (std::ranges::any_of(singles, is_fitted_by_itself)) metrics.best_r2 = metrics.margin = 0;
  if (has_selection(point)) metrics.selected_correct = 0;
}

void mark_truth(Parameters const& point, Metrics& metrics) {
  if (has_effective_ridge(point)) metrics.effective_ridge = 0;
  if (has_stationarity(point)) metrics.stationarity = 0;
  if (has_error_predicted(point)) metrics.error_predicted = 0;
  if (has_coefficient_ratio(point)) metrics.coef_ratio = 0;
  auto const joint = joint_of(point);
  if (point.modification == Modification::minibatch && joint.contains(Candidate::batchnoise))
    metrics.coef_ratio_batch = 0;
  if (point.modification == Modification::step_size && point.model == Model::linear &&
      point.loss == Loss::squared)
    metrics.coef_ratio_pred = 0;
  for (auto const& added : added_penalties(point)) {
    if (!joint.contains(added.candidate)) continue;
    if (added.candidate == Candidate::l1) metrics.log_err_l1 = 0;
    if (added.candidate == Candidate::l2) metrics.log_err_l2 = 0;
    if (added.candidate == Candidate::group) metrics.log_err_group = 0;
  }
  if (is_explicit(point) && point.smooth == 0) metrics.active_fraction = 0;
}

void mark_training(Parameters const& point, Metrics& metrics) {
  if (point.observation == Observation::endpoint && (point.input == nullptr || point.input->rows > 0))
    metrics.train_loss = 0;
  bool const counts_updates =
      point.input == nullptr && (point.observation == Observation::integrated ||
                                 (point.observation == Observation::endpoint && !is_minimised(point)));
  if (counts_updates) metrics.stop_step = 0;
  if (point.modification == Modification::step_size && point.horizon > 0)
    metrics.drift_flow = metrics.drift_modified = metrics.drift_ratio = 0;
  if (point.observation == Observation::update && point.n_repeats >= 2 && point.input == nullptr)
    metrics.noise_fraction = 0;
}

}  // namespace

bool has_effective_ridge(Parameters const& point) {
  return is_explicit(point) && point.smooth > 0 &&
         joint_of(point) == Candidates{Candidate::l1, Candidate::l2};
}

bool has_stationarity(Parameters const& point) {
  if (is_explicit(point)) return point.smooth > 0 || point.l1 == 0;
  return drops_out(point) && !true_gradient(point).empty();
}

bool has_error_predicted(Parameters const& point) {
  if (!is_explicit(point)) return false;
  auto const added = added_penalties(point);
  return std::ranges::all_of(members(joint_of(point)), [&](Candidate member) {
    return std::ranges::any_of(added, [&](AddedPenalty const& each) { return each.candidate == member; });
  });
}

bool has_selection(Parameters const& point) {
  auto const singles = members(candidates_of(point));
  if (!std::ranges::any_of(singles, is_fitted_by_itself)) return false;
  return drops_out(point) || (is_explicit(point) && added_penalties(point).size() == 1);
}

bool has_coefficient_ratio(Parameters const& point) {
  if (point.input != nullptr) return false;  // what was done to the user's network is not known
  auto const singles = candidates_of(point);
  if (point.model == Model::diagonal) return singles.contains(Candidate::hypentropy);
  switch (point.modification) {
    case Modification::none:
    case Modification::explicit_penalty:
      return false;
    case Modification::early_stop:
      return point.model == Model::linear && singles.contains(Candidate::l2);
    case Modification::dropout:
      return point.dropout > 0 && singles.contains(Candidate::dropout);
    case Modification::step_size:
    case Modification::minibatch:
      return joint_of(point).contains(Candidate::gradnorm);
  }
  return false;
}

Metrics applicable_metrics(Parameters const& point) {
  Metrics metrics;
  mark_fits(point, metrics);
  mark_truth(point, metrics);
  mark_training(point, metrics);
  metrics.target_norm = metrics.theta_norm_sq = 0;
  if (point.model == Model::diagonal) {
    metrics.exponent_pred = metrics.r2_power_pred = metrics.estimation_error = 0;
    if (candidates_of(point).contains(Candidate::hypentropy)) metrics.alpha_hat = 0;
  }
  if (point.matrix_fit != MatrixFit::none)
    metrics.lambda_rel_error = metrics.lambda_r2 = metrics.retrain_error = metrics.retrain_pd = 0;
  if (point.retrain) metrics.retrain_error = 0;
  return metrics;
}

}  // namespace thresher::implicit_regularization
