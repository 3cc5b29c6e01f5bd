#include "experiments/implicit_regularization/estimators/measurement.hpp"

#include "experiments/implicit_regularization/estimators/applicable.hpp"
#include "experiments/implicit_regularization/estimators/artifacts.hpp"
#include "experiments/implicit_regularization/estimators/fit_scores.hpp"
#include "experiments/implicit_regularization/estimators/matrix_scores.hpp"
#include "experiments/implicit_regularization/estimators/observed.hpp"
#include "experiments/implicit_regularization/estimators/potential_scores.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/solvers/retrain.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace thresher::implicit_regularization {

namespace {

/// Below this part of the gradient at the start a deviation is rounding.
constexpr double kVanishing = 1e-13;
constexpr double kStationary = 1e-3;

/// Sizes of deviation and weights, and what the training tells. Returns |b|. Collective.
double measure_sizes(Observed const& observed, Metrics& metrics) {
  double deviation = 0, weights = 0;
  for (auto const& block : observed.blocks) {
    deviation += observed.order.inner(block.b, block.b);
    weights += observed.order.inner(block.theta, block.theta);
  }
  auto const blocks = static_cast<double>(observed.blocks.size());
  metrics.target_norm = std::sqrt(deviation / (static_cast<double>(observed.entries.total) * blocks));
  metrics.theta_norm_sq = weights / blocks;
  return std::sqrt(deviation);
}

void tell_training(Observed const& observed, Metrics& metrics) {
  auto const& facts = observed.facts;
  auto const applies = applicable_metrics(observed.point);
  if (!std::isnan(applies.stop_step)) metrics.stop_step = observed.median_updates();
  if (!std::isnan(applies.train_loss)) metrics.train_loss = facts.train_loss;
  if (!std::isnan(applies.noise_fraction)) metrics.noise_fraction = facts.noise_fraction;
  if (!std::isnan(applies.drift_flow)) {
    metrics.drift_flow = facts.drift_flow;
    metrics.drift_modified = facts.drift_modified;
    metrics.drift_ratio = facts.drift_modified / facts.drift_flow;
  }
}

/// The share of weights that the l1 penalty does not hold at 0. Collective.
double active_fraction(Observed const& observed) {
  double active = 0;
  for (auto const& block : observed.blocks)
    active += static_cast<double>(std::ranges::count_if(
        block.theta, [&](double theta) { return std::abs(theta) > observed.point.active_tol; }));
  return mpi::sum(observed.comm, active) /
         (static_cast<double>(observed.entries.total) * static_cast<double>(observed.blocks.size()));
}

/// The penalties of the joint fit, to train with.
PenaltyTerms fitted_terms(Parameters const& point, Fits const& fits) {
  PenaltyTerms terms;
  terms.smooth = point.smooth;
  for (std::size_t k = 0; k < fits.joint_members.size(); ++k) {
    double const coefficient = fits.joint.coefficients[k];
    switch (fits.joint_members[k]) {
      case Candidate::l1:
        terms.l1 = coefficient;
        break;
      case Candidate::l2:
        terms.l2 = coefficient;
        break;
      case Candidate::path:
        terms.path = coefficient;
        break;
      case Candidate::dropout:
        terms.dropout = coefficient;
        break;
      default:
        throw std::logic_error("a penalty that nothing is trained with");
    }
  }
  return terms;
}

}  // namespace

study::Outcome measure_point(Deviation const& deviation, Parameters const& point, study::Team& team,
                             Metrics& metrics) {
  Observed const observed(deviation, point, team.communicator());
  double const size = measure_sizes(observed, metrics);
  tell_training(observed, metrics);
  if (point.modification == Modification::explicit_penalty && point.smooth == 0)
    metrics.active_fraction = active_fraction(observed);
  if (point.model == Model::diagonal) score_potential(observed, metrics);
  if (point.matrix_fit != MatrixFit::none) score_matrix(observed, team, metrics);
  if (size <= kVanishing * observed.facts.reference || size == 0) {
    team.warn("the deviation is rounding: coefficients are 0, what they explain is undefined");
    score_vanishing(point, metrics);
    return observed.facts.converged ? study::Outcome::ok : study::Outcome::not_converged;
  }
  auto const fits = fit_all(observed);
  score_singles(observed, fits, metrics);
  score_joint(observed, fits, metrics);
  score_ratios(observed, metrics);
  if (point.retrain && point.matrix_fit == MatrixFit::none)
    metrics.retrain_error = retrain_error(*deviation.trained, point, fitted_terms(point, fits), team);
  store_artifacts(observed, fits, team);
  store_errors(observed, fits, deviation.without_part, team);
  bool const tells_by_truth = optimizer_of(point) == Optimizer::lbfgs && !std::isnan(metrics.stationarity);
  bool const has_converged = tells_by_truth ? metrics.stationarity <= kStationary : observed.facts.converged;
  return has_converged ? study::Outcome::ok : study::Outcome::not_converged;
}

}  // namespace thresher::implicit_regularization
