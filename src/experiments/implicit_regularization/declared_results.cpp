#include "experiments/implicit_regularization/experiment.hpp"
#include "experiments/implicit_regularization/theory/predictions.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

// What the experiment measures, predicts and leaves.

namespace thresher::implicit_regularization {

using study::MetricKind;

namespace {
constexpr auto kValue = MetricKind::value;
constexpr auto kAnyReal = "(-inf, inf)";
constexpr auto kShare = "[0, 1]";
constexpr auto kNotNegative = "[0, inf)";
/// Metrics that theory predicts under the same name.
constexpr std::array<std::string_view, 15> kPredicted{"coef_l2",
                                                      "coef_path",
                                                      "coef_dropout",
                                                      "coef_hypentropy",
                                                      "r2_l2",
                                                      "r2_hypentropy",
                                                      "joint_coef_l1",
                                                      "joint_coef_l2",
                                                      "joint_coef_group",
                                                      "joint_coef_gradnorm",
                                                      "joint_coef_batchnoise",
                                                      "coef_ratio",
                                                      "coef_ratio_batch",
                                                      "alpha_hat",
                                                      "lambda_rel_error"};
}  // namespace

study::Metric& Experiment::fit_metric(char const* name, double Metrics::*member, MetricKind kind,
                                      char const* range, char const* meaning) {
  auto& declared = metric(name, member, kind, range, meaning);
  declared.may_be_undefined = true;
  if (std::ranges::find(kPredicted, name) != kPredicted.end()) declared.prediction = name;
  return declared;
}

void Experiment::declare_metrics() {
  declare_fits();
  declare_comparisons();
  declare_training_metrics();
}

void Experiment::declare_fits() {
  // A deviation that is rounding explains nothing, columns that depend on each other have no coefficients.
#define SINGLE(name)                                                                                    \
  fit_metric("coef_" #name, &Metrics::coef_##name, kValue, kAnyReal, "coefficient of " #name " alone"); \
  fit_metric("r2_" #name, &Metrics::r2_##name, kValue, kShare,                                          \
             "share of |b|^2 that " #name " explains alone");
  IMPLICIT_REGULARIZATION_CANDIDATES(SINGLE)
#undef SINGLE
#define JOINT(name)                                                              \
  fit_metric("joint_coef_" #name, &Metrics::joint_coef_##name, kValue, kAnyReal, \
             "coefficient of " #name " beside the others of joint; undefined where joint_cond >= 1e6");
  IMPLICIT_REGULARIZATION_CANDIDATES(JOINT)
#undef JOINT
  fit_metric("r2_layer_l2", &Metrics::r2_layer_l2, kValue, kShare,
             "share that one l2 coefficient per layer explains");
  fit_metric("exponent_hat", &Metrics::exponent_hat, kValue, "(0, inf)",
             "exponent of power that explains most");
  fit_metric("joint_r2", &Metrics::joint_r2, kValue, kShare, "share that joint explains");
  fit_metric("joint_cond", &Metrics::joint_cond, kValue, "[1, inf)",
             "condition number of the columns of joint at unit length");
  fit_metric("identifiable", &Metrics::identifiable, MetricKind::indicator, kShare, "joint_cond < 1e6");
  fit_metric("best_r2", &Metrics::best_r2, kValue, kShare,
             "largest share of a candidate alone, power and hypentropy left out");
  fit_metric("margin", &Metrics::margin, kValue, kShare, "its lead over the second one");
  fit_metric("selected_correct", &Metrics::selected_correct, MetricKind::indicator, kShare,
             "the best candidate is what was done to the training");
}

void Experiment::declare_comparisons() {
  fit_metric("effective_ridge", &Metrics::effective_ridge, kValue, kAnyReal,
             "joint l1 / smooth + joint l2, what weights below smooth feel");
  fit_metric("log_err_l1", &Metrics::log_err_l1, kValue, kAnyReal, "log of joint_coef_l1 over the truth");
  fit_metric("log_err_l2", &Metrics::log_err_l2, kValue, kAnyReal, "log of joint_coef_l2 over the truth");
  fit_metric("log_err_group", &Metrics::log_err_group, kValue, kAnyReal,
             "log of joint_coef_group over the truth");
  fit_metric("stationarity", &Metrics::stationarity, kValue, kNotNegative,
             "distance of the deviation from the penalty's gradient, relative");
  fit_metric("error_predicted", &Metrics::error_predicted, kValue, kNotNegative,
             "largest relative error of unbound least squares that stationarity explains");
  fit_metric("coef_ratio", &Metrics::coef_ratio, kValue, kAnyReal,
             "coefficient over its theory: dropout rho, step_size and minibatch eta / 2, early_stop "
             "1 / (eta t), diagonal 1/4");
  fit_metric("coef_ratio_batch", &Metrics::coef_ratio_batch, kValue, kAnyReal,
             "minibatch: joint_coef_batchnoise / (eta / 2)");
  fit_metric("coef_ratio_pred", &Metrics::coef_ratio_pred, kValue, kAnyReal,
             "step_size, linear: coef_ratio, exact given the data");
  fit_metric("exponent_pred", &Metrics::exponent_pred, kValue, "(0, inf)",
             "diagonal: exponent_hat of the gradient flow at these weights");
  fit_metric("r2_power_pred", &Metrics::r2_power_pred, kValue, kShare, "diagonal: r2_power of the same");
  fit_metric("alpha_hat", &Metrics::alpha_hat, kValue, "(0, inf)", "diagonal: fitted scale of the start");
  fit_metric("lambda_rel_error", &Metrics::lambda_rel_error, kValue, kNotNegative,
             "matrix fit: distance to the known penalty, relative");
  fit_metric("lambda_r2", &Metrics::lambda_r2, kValue, kShare, "matrix fit: share of the deviations");
  fit_metric("retrain_error", &Metrics::retrain_error, kValue, kNotNegative,
             "how far training with the fitted penalty ends from the weights (matrix fit) or outputs");
  fit_metric("retrain_pd", &Metrics::retrain_pd, kValue, kShare,
             "matrix fit: the loss with the fitted penalty is convex");
}

void Experiment::declare_training_metrics() {
  metric("drift_flow", &Metrics::drift_flow, kValue, kNotNegative,
         "horizon: distance of gradient descent from the gradient flow, relative to the way");
  metric("drift_modified", &Metrics::drift_modified, kValue, kNotNegative,
         "the same from the flow of the modified loss");
  metric("drift_ratio", &Metrics::drift_ratio, kValue, kNotNegative, "drift_modified / drift_flow");
  metric("noise_fraction", &Metrics::noise_fraction, kValue, kAnyReal,
         "update: part of |b|^2 that is Monte Carlo noise")
      .may_be_undefined = true;
  metric("active_fraction", &Metrics::active_fraction, kValue, kShare, "share of weights above active_tol");
  metric("estimation_error", &Metrics::estimation_error, kValue, kNotNegative,
         "diagonal: distance of the weights from the target, relative");
  metric("target_norm", &Metrics::target_norm, kValue, kNotNegative, "root mean square of the deviation");
  metric("theta_norm_sq", &Metrics::theta_norm_sq, kValue, kNotNegative,
         "squared length of the weights, mean over the blocks");
  metric("train_loss", &Metrics::train_loss, kValue, kNotNegative,
         "loss of the first endpoint on its own rows, without penalty");
  metric("stop_step", &Metrics::stop_step, kValue, kNotNegative, "updates made, median over the blocks");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const descent{
      "model", "loss",  "modification", "spectrum",     "teacher_units", "optimizer",
      "stop",  "batch", "momentum",     "tail_average", "resample",      "n",
      "d",     "eta",   "steps",        "beta_scale",   "noise_sd",      "sparsity"};
  auto coefficients = descent;
  coefficients.insert(coefficients.end(), {"decay", "depth", "activation", "bias", "l1", "l2", "group",
                                           "dropout", "alpha", "joint"});
  theory("coefficients", coefficients, predict_coefficients);
  prediction("coef_l2", &Predictions::coef_l2,
             "early_stop: averages over the Marchenko-Pastur law; dropout: rho mean(sp)");
  prediction("coef_path", &Predictions::coef_path, "dropout, depth 1, relu without bias: rho / 2");
  prediction("coef_dropout", &Predictions::coef_dropout, "rho = dropout / (1 - dropout)");
  prediction("coef_hypentropy", &Predictions::coef_hypentropy, "1/4");
  prediction("r2_l2", &Predictions::r2_l2,
             "early_stop: averages over the Marchenko-Pastur law; dropout: mean(sp)^2 / mean(sp^2)");
  prediction("r2_hypentropy", &Predictions::r2_hypentropy, "1");
  prediction("joint_coef_l1", &Predictions::joint_coef_l1, "the l1 penalty that was added");
  prediction("joint_coef_l2", &Predictions::joint_coef_l2, "the l2 penalty that was added");
  prediction("joint_coef_group", &Predictions::joint_coef_group, "the group penalty that was added");
  prediction("joint_coef_gradnorm", &Predictions::joint_coef_gradnorm, "eta / 2, eta -> 0");
  prediction("joint_coef_batchnoise", &Predictions::joint_coef_batchnoise, "eta / 2, eta -> 0");
  prediction("coef_ratio", &Predictions::coef_ratio, "1 in the limit; early_stop: coef_l2 eta t");
  prediction("coef_ratio_batch", &Predictions::coef_ratio_batch, "1, eta -> 0");
  prediction("alpha_hat", &Predictions::alpha_hat, "alpha");

  auto matrix = descent;
  matrix.insert(matrix.end(), {"matrix_fit", "replicates"});
  theory("matrix_recovery", matrix, predict_matrix);
  prediction("lambda_rel_error", &Predictions::lambda_rel_error,
             "what runs that do not span the space leave open; 0 from d runs on");
}

void Experiment::declare_artifacts() {
  artifact("weights", {"entry"}, "weights of the first block");
  artifact("deviation", {"entry"}, "their deviation b");
  artifact("gradients", {"entry", "fitted_penalty"}, "gradients of the penalties that a fit names");
  artifact("eigenvalues", {"mode"}, "linear: eigenvalues of X^T X / n, ascending");
  artifact("penalty_true", {"row", "column"}, "matrix fit: the known penalty Lambda_t");
  artifact("penalty_fitted", {"row", "column"}, "matrix fit: the fitted one");
  artifact("layer_coefficients", {"layer"}, "mlp: one l2 coefficient per layer");
  artifact("power_profile", {"grid_point", "profile_column"}, "exponent and what it explains");
  artifact("block_coefficients", {"block", "penalty"}, "single coefficients of every replicate or snapshot");
  artifact("cosines", {"penalty_or_target", "penalty_or_target_again"},
           "cosines between gradients, and (last) the deviation");
  artifact("coefficient_errors", {"penalty", "single_or_joint"},
           "own data: standard errors by leaving out a tenth of the rows after the other");
  artifact("drift_curve", {"horizon_step", "drift_column"}, "drift_flow and drift_modified over the steps");
}

}  // namespace thresher::implicit_regularization
