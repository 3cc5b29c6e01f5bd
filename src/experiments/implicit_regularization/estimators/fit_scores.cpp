#include "experiments/implicit_regularization/estimators/fit_scores.hpp"

#include "experiments/implicit_regularization/estimators/applicable.hpp"
#include "experiments/implicit_regularization/estimators/metric_tables.hpp"
#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/theory/diagonal_potential.hpp"
#include "experiments/implicit_regularization/theory/step_size.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::implicit_regularization {

namespace {

constexpr double kLeastCoefficient = 1e-15;

/// Whether a candidate that stands for what was done to the training is this one.
bool is_true_family(Parameters const& point, Candidate candidate) {
  if (point.modification == Modification::dropout)
    return candidate == Candidate::path || candidate == Candidate::data_l2 || candidate == Candidate::dropout;
  return candidate == added_penalties(point).front().candidate;
}

void score_selection(Parameters const& point, Metrics& metrics) {
  double best = -1, second = 0, best_true = -1;
  for (auto const candidate : members(candidates_of(point))) {
    if (candidate == Candidate::power || candidate == Candidate::hypentropy) continue;
    double const r2 = metrics.*metrics_of(candidate).r2;
    second = std::max(second, std::min(r2, best));
    best = std::max(best, r2);
    if (has_selection(point) && is_true_family(point, candidate)) best_true = std::max(best_true, r2);
  }
  if (best < 0) return;
  metrics.best_r2 = best;
  metrics.margin = best - second;
  if (has_selection(point)) metrics.selected_correct = best_true >= best ? 1 : 0;
}

/// The added coefficient of a member of the joint fit; 0 where there is none.
double added_coefficient(Parameters const& point, Candidate member) {
  for (auto const& added : added_penalties(point))
    if (added.candidate == member) return added.coefficient;
  return 0;
}

void score_truth(Observed const& observed, Fits const& fits, Metrics& metrics) {
  auto const& point = observed.point;
  if (has_stationarity(point)) {
    std::vector<std::size_t> places;
    std::vector<double> coefficients;
    for (auto const& part : true_gradient(point)) {
      places.push_back(fits.place(part.candidate));
      coefficients.push_back(part.coefficient);
    }
    metrics.stationarity = fits.factor.stationarity(places, coefficients);
  }
  if (!fits.joint.is_identifiable()) return;
  std::vector<double> truth;
  for (std::size_t k = 0; k < fits.joint_members.size(); ++k) {
    auto const member = fits.joint_members[k];
    double const added = added_coefficient(point, member);
    truth.push_back(added);
    if (added == 0) continue;
    double const error = std::log(std::max(fits.joint.coefficients[k], kLeastCoefficient) / added);
    if (member == Candidate::l1) metrics.log_err_l1 = error;
    if (member == Candidate::l2) metrics.log_err_l2 = error;
    if (member == Candidate::group) metrics.log_err_group = error;
  }
  if (has_error_predicted(point))
    metrics.error_predicted = fits.factor.error_of_truth(fits.places(fits.joint_members), truth);
}

}  // namespace

void score_singles(Observed const& observed, Fits const& fits, Metrics& metrics) {
  for (auto const candidate : members(candidates_of(observed.point))) {
    auto const fit = fits.single(candidate, observed.sign());
    metrics.*metrics_of(candidate).coefficient = fit.coefficient;
    metrics.*metrics_of(candidate).r2 = fit.r2;
    if (candidate == Candidate::power) metrics.exponent_hat = fits.power->parameter;
    if (candidate == Candidate::hypentropy) metrics.alpha_hat = fits.hypentropy->parameter;
  }
  if (fits.layers) metrics.r2_layer_l2 = fits.layers->r2;
  score_selection(observed.point, metrics);
}

void score_joint(Observed const& observed, Fits const& fits, Metrics& metrics) {
  auto const& joint = fits.joint;
  metrics.joint_r2 = joint.r2;
  metrics.joint_cond = joint.condition;
  metrics.identifiable = joint.is_identifiable() ? 1 : 0;
  if (joint.is_identifiable())
    for (std::size_t k = 0; k < fits.joint_members.size(); ++k)
      metrics.*metrics_of(fits.joint_members[k]).joint_coefficient = joint.coefficients[k];
  if (has_effective_ridge(observed.point)) {
    metrics.effective_ridge = 0;
    for (std::size_t k = 0; k < fits.joint_members.size(); ++k)
      metrics.effective_ridge +=
          joint.coefficients[k] / (fits.joint_members[k] == Candidate::l1 ? observed.point.smooth : 1);
  }
  score_truth(observed, fits, metrics);
}

void score_ratios(Observed const& observed, Metrics& metrics) {
  auto const& point = observed.point;
  if (has_coefficient_ratio(point)) {
    if (point.model == Model::diagonal) {
      metrics.coef_ratio = metrics.coef_hypentropy / kHypentropyCoefficient;
    } else if (point.modification == Modification::early_stop) {
      metrics.coef_ratio = metrics.coef_l2 * point.eta * observed.stop_step();
    } else if (point.modification == Modification::dropout) {
      metrics.coef_ratio = metrics.coef_dropout / dropout_odds(point);
    } else {
      metrics.coef_ratio = metrics.joint_coef_gradnorm / (point.eta / 2);
    }
  }
  if (point.modification == Modification::minibatch)
    metrics.coef_ratio_batch = metrics.joint_coef_batchnoise / (point.eta / 2);
  auto const& facts = observed.facts;
  if (point.modification == Modification::step_size && !facts.gradient_energy.empty() &&
      facts.eigenvalues.size() == facts.gradient_energy.size())
    metrics.coef_ratio_pred = step_size_ratio(point.eta, facts.eigenvalues, facts.gradient_energy);
}

void score_vanishing(Parameters const& point, Metrics& metrics) {
  for (auto const candidate : members(candidates_of(point))) metrics.*metrics_of(candidate).coefficient = 0;
  for (auto const member : members(joint_of(point))) metrics.*metrics_of(member).joint_coefficient = 0;
  if (has_effective_ridge(point)) metrics.effective_ridge = 0;
}

}  // namespace thresher::implicit_regularization
