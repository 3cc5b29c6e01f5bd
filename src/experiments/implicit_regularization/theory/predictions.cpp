#include "experiments/implicit_regularization/theory/predictions.hpp"

#include "experiments/implicit_regularization/model/candidates.hpp"
#include "experiments/implicit_regularization/model/setting.hpp"
#include "experiments/implicit_regularization/theory/diagonal_potential.hpp"
#include "experiments/implicit_regularization/theory/early_stopping.hpp"

namespace thresher::implicit_regularization {

namespace {

/// Plain gradient descent on least squares from isotropic inputs and a linear target, where Marchenko and
/// Pastur know the spectrum.
bool is_plain_descent(Parameters const& point) {
  return stops_early_on_least_squares(point) && point.spectrum == Spectrum::isotropic &&
         point.teacher_units == 0 && optimizer_of(point) == Optimizer::gd && point.stop == Stop::fixed &&
         point.batch == 0 && point.momentum == 0 && point.tail_average == 0 && point.input == nullptr;
}

StoppedDescent descent_of(Parameters const& point) {
  return {point.eta, static_cast<double>(point.steps)};
}

/// Rows drawn with replacement count like half as many: the mean square of their multiplicities is 2.
LinearPopulation population_of(Parameters const& point) {
  auto const n = static_cast<double>(point.n), d = static_cast<double>(point.d);
  double const part_in_use = point.sparsity > 0 ? static_cast<double>(point.sparsity) / d : 1;
  return {point.resample == Resample::bootstrap ? n / 2 : n, d,
          point.beta_scale * point.beta_scale * part_in_use, point.noise_sd * point.noise_sd};
}

void predict_early_stopping(Parameters const& point, Predictions& predictions) {
  if (!is_plain_descent(point)) return;
  auto const scalar = scalar_penalty(descent_of(point), population_of(point));
  predictions.coef_l2 = scalar.coefficient;
  predictions.r2_l2 = scalar.explained;
  predictions.coef_ratio = scalar.coefficient * point.eta * static_cast<double>(point.steps);
}

void predict_explicit(Parameters const& point, Predictions& predictions) {
  auto const joint = joint_of(point);
  if (joint.contains(Candidate::l1)) predictions.joint_coef_l1 = point.l1;
  if (joint.contains(Candidate::l2)) predictions.joint_coef_l2 = point.l2;
  if (joint.contains(Candidate::group)) predictions.joint_coef_group = point.group;
}

void predict_dropout(Parameters const& point, Predictions& predictions) {
  double const rho = dropout_odds(point);
  bool const is_linear = point.model == Model::linear;
  if (is_linear || point.depth == 1) {
    predictions.coef_dropout = rho;
    if (rho > 0) predictions.coef_ratio = 1;
  }
  if (is_linear && point.loss == Loss::squared && point.sparsity == 0 && point.teacher_units == 0) {
    // The penalty is (rho / 2) sum sp_j theta_j^2 for n >> d, and the weights know nothing of the variances
    // sp.
    double mean = 0, mean_square = 0;
    for (double const variance : input_variances(point)) {
      mean += variance / static_cast<double>(point.d);
      mean_square += variance * variance / static_cast<double>(point.d);
    }
    predictions.coef_l2 = rho * mean;
    if (rho > 0) predictions.r2_l2 = mean * mean / mean_square;
  }
  // A relu unit without bias sees E h^2 = |w|^2 / 2.
  if (point.model == Model::mlp && point.depth == 1 && point.activation == Activation::relu && !point.bias &&
      point.loss == Loss::squared && point.spectrum == Spectrum::isotropic)
    predictions.coef_path = rho / 2;
}

void predict_discretisation(Parameters const& point, Predictions& predictions) {
  auto const joint = joint_of(point);
  if (joint.contains(Candidate::gradnorm)) {
    predictions.joint_coef_gradnorm = point.eta / 2;
    predictions.coef_ratio = 1;
  }
  if (point.modification == Modification::minibatch && joint.contains(Candidate::batchnoise)) {
    predictions.joint_coef_batchnoise = point.eta / 2;
    predictions.coef_ratio_batch = 1;
  }
}

}  // namespace

void predict_coefficients(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  if (point.model == Model::diagonal) {
    predictions.coef_hypentropy = kHypentropyCoefficient;
    predictions.r2_hypentropy = 1;
    predictions.alpha_hat = point.alpha;
    predictions.coef_ratio = 1;
    return;
  }
  switch (point.modification) {
    case Modification::none:
      return;
    case Modification::explicit_penalty:
      return predict_explicit(point, predictions);
    case Modification::early_stop:
      return predict_early_stopping(point, predictions);
    case Modification::dropout:
      return predict_dropout(point, predictions);
    case Modification::step_size:
    case Modification::minibatch:
      return predict_discretisation(point, predictions);
  }
}

void predict_matrix(Parameters const& point, Predictions& predictions) {
  if (!is_plain_descent(point) || point.matrix_fit != MatrixFit::full || point.resample != Resample::fresh)
    return;
  predictions.lambda_rel_error = matrix_error(descent_of(point), population_of(point), point.replicates);
}

}  // namespace thresher::implicit_regularization
