#include "experiments/implicit_regularization/theory/predictions.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>

// Means over trials at published points, and against theory.

namespace thresher::implicit_regularization {
namespace {

using namespace testing;

/// Both means have errors.
void expect_reference(trials::Mean measured, double reference, double error) {
  EXPECT_LT(std::abs(measured.value - reference), 4 * std::hypot(measured.error, error))
      << measured.value << " +- " << measured.error << " against " << reference << " +- " << error;
}

TEST(Reference, EarlyStoppingOfHalfAsManyInputsAsRows) {
  Parameters point;
  point.n = 400;
  point.d = 200;
  point.steps = 100;
  auto const measured = run_trials(point, 30);
  expect_reference(mean(measured, &Metrics::coef_l2), 0.4431, 0.0030);
  expect_reference(mean(measured, &Metrics::r2_l2), 0.8543, 0.0029);
  expect_reference(mean(measured, &Metrics::r2_l1), 0.5468, 0.0063);
  expect_reference(mean(measured, &Metrics::exponent_hat), 2.005, 0.011);
  expect_reference(mean(measured, &Metrics::joint_cond), 2.981, 0.021);
  for (auto const& each : measured) EXPECT_EQ(each.stop_step, 100);
}

TEST(Reference, AnchorToTheDraftOfThePaper) {
  struct Anchor {
    std::int64_t steps;
    double coefficient, error;
  };
  for (auto const& anchor : {Anchor{10, 9.454, 0.002}, Anchor{50, 1.529, 0.001}, Anchor{150, 0.2840, 0.0008},
                             Anchor{500, 0.00688, 0.00008}}) {
    Parameters point;
    point.d = 5;
    point.noise_sd = 0;
    point.steps = anchor.steps;
    expect_reference(mean(run_trials(point, 20), &Metrics::coef_l2), anchor.coefficient, anchor.error);
  }
}

TEST(Reference, KnownPenaltiesOfATanhNetwork) {
  Parameters point;
  point.model = Model::mlp;
  point.modification = Modification::explicit_penalty;
  point.activation = Activation::tanh;
  point.n = 500;
  point.width = 32;
  point.beta_scale = 5;
  point.noise_sd = 0.5;
  point.l1 = 0.01;
  point.l2 = 1;
  auto const measured = run_trials(point, 4);
  for (auto const& each : measured) {
    EXPECT_NEAR(each.joint_coef_l1, 0.01, 1e-8 * 1e2);  // the absolute error of l2 on columns at angle
    EXPECT_NEAR(each.joint_coef_l2, 1, 1e-8 * 1e2);
    EXPECT_LT(each.stationarity, 1e-6);
    EXPECT_EQ(each.identifiable, 1);
  }
  expect_reference(mean(measured, &Metrics::coef_l2), 1.0209, 0.0010);
  expect_reference(mean(measured, &Metrics::r2_l1), 0.491, 0.012);
  expect_reference(mean(measured, &Metrics::exponent_hat), 1.9701, 0.0011);
}

TEST(Reference, StepsOfGradientDescentAgainstTheFlow) {
  Parameters point;
  point.modification = Modification::step_size;
  point.observation = Observation::flow;
  point.noise_sd = 0.1;
  point.eta = 0.1;
  point.snapshots = 5;
  point.horizon = 50;
  auto const measured = run_trials(point, 10);
  for (auto const& each : measured) EXPECT_NEAR(each.coef_ratio, each.coef_ratio_pred, 1e-5);
  expect_reference(mean(measured, &Metrics::coef_ratio), 0.96565, 0.00029);
  expect_reference(mean(measured, &Metrics::drift_flow), 1.641e-3, 4.9e-5);
  expect_reference(mean(measured, &Metrics::drift_ratio), 0.05729, 0.00046);
}

TEST(Reference, DropoutOnUnequalInputs) {
  Parameters point;
  point.modification = Modification::dropout;
  point.optimizer = Optimizer::lbfgs;
  point.n = 2000;
  point.d = 200;
  point.spectrum = Spectrum::power;
  point.decay = 0.5;
  point.beta_scale = 1;
  point.dropout = 0.3;
  auto const measured = run_trials(point, 20);
  for (auto const& each : measured) {
    EXPECT_NEAR(each.coef_data_l2, 3.0 / 7, 1e-12);
    EXPECT_NEAR(each.r2_data_l2, 1, 1e-12);
    EXPECT_NEAR(each.coef_dropout, 3.0 / 7, 1e-12);
    EXPECT_EQ(each.selected_correct, 1);
  }
  expect_reference(mean(measured, &Metrics::coef_l2), 0.4289, 0.0074);
  expect_reference(mean(measured, &Metrics::r2_l2), 0.627, 0.018);
  expect_reference(mean(measured, &Metrics::r2_l1), 0.409, 0.017);
}

TEST(Reference, RowsDrawnAgainCountHalf) {
  Parameters point;
  point.noise_sd = 4;
  point.resample = Resample::bootstrap;
  auto const measured = run_trials(point, 40);
  expect_reference(mean(measured, &Metrics::coef_l2), 0.00762, 0.0002);
  expect_reference(mean(measured, &Metrics::r2_l2), 0.7786, 0.007);
}

/// Theory holds as n and d grow; what remains at these sizes is allowed for by 1.5 per cent.
TEST(Theory, ScalarPenaltyForFewAndManyInputs) {
  for (auto const& [n, d] : {std::pair<std::int64_t, std::int64_t>{1000, 10}, {400, 200}, {200, 400}}) {
    Parameters point;
    point.n = n;
    point.d = d;
    point.steps = 100;
    Predictions predicted;
    predict_coefficients(point, predicted);
    auto const measured = run_trials(point, 15);
    expect_reference(mean(measured, &Metrics::coef_l2), predicted.coef_l2, 0.004 * predicted.coef_l2);
    expect_reference(mean(measured, &Metrics::r2_l2), predicted.r2_l2, 0.004 * predicted.r2_l2);
  }
}

TEST(Theory, MatrixOfTooFewRuns) {
  Parameters point;
  point.n = 100;
  point.d = 50;
  point.steps = 100;
  point.beta_scale = 1;
  point.matrix_fit = MatrixFit::full;
  for (std::int64_t const runs : {10, 25, 40}) {
    point.replicates = runs;
    Predictions predicted;
    predict_matrix(point, predicted);
    auto const measured = mean(run_trials(point, 8), &Metrics::lambda_rel_error);
    EXPECT_NEAR(measured.value, predicted.lambda_rel_error, 0.02 * predicted.lambda_rel_error);
  }
  point.replicates = 50;
  EXPECT_LT(run_trial(point).lambda_rel_error, 1e-8);
  point.replicates = 60;
  auto const spanned = run_trial(point);
  EXPECT_LT(spanned.lambda_rel_error, 1e-10);
  EXPECT_NEAR(spanned.lambda_r2, 1, 1e-12);
  EXPECT_LT(spanned.retrain_error, 1e-9);
  EXPECT_EQ(spanned.retrain_pd, 1);
}

TEST(Theory, DropoutPenaltyAtANetworksStart) {
  Parameters point;
  point.model = Model::mlp;
  point.modification = Modification::dropout;
  point.observation = Observation::update;
  point.dropout = 0.3;
  point.n = 1000;
  point.beta_scale = 0.5;  // small residuals, little noise of the masks
  point.noise_sd = 0.1;
  point.bias = false;
  point.n_repeats = 100;
  auto const measured = run_trials(point, 3);
  EXPECT_NEAR(mean(measured, &Metrics::coef_ratio).value, 1, 0.04);
  for (auto const& each : measured) {
    EXPECT_NEAR(each.coef_ratio, 1, std::sqrt(each.noise_fraction));  // all of the noise along the column
    EXPECT_EQ(each.selected_correct, 1);
    EXPECT_GT(each.r2_dropout, 0.9);
    EXPECT_NEAR(each.coef_path, 1.5 / 7, 0.02);
    EXPECT_LT(each.noise_fraction, 0.1);
  }
  // More masks, less noise.
  point.n_repeats = 6;
  auto const few = run_trials(point, 3);
  EXPECT_GT(mean(few, &Metrics::noise_fraction).value, 5 * mean(measured, &Metrics::noise_fraction).value);
}

TEST(Theory, PathOfADiagonalNetwork) {
  Parameters point;
  point.model = Model::diagonal;
  point.modification = Modification::none;
  point.observation = Observation::integrated;
  point.n = 40;
  point.d = 100;
  point.sparsity = 5;
  point.beta_scale = 1;
  point.noise_sd = 0;
  point.eta = 0.2;
  point.steps = 200000;
  point.grad_tol = 1e-4;
  point.smooth = 1e-3;
  double last_exponent = 2.01;
  for (double const alpha : {1.0, 0.1}) {
    point.alpha = alpha;
    auto const measured = run_trial(point);
    EXPECT_GT(measured.coef_hypentropy, 0.249);
    EXPECT_LT(measured.coef_hypentropy, 0.255);
    EXPECT_NEAR(measured.r2_hypentropy, 1, 1e-3);
    EXPECT_NEAR(measured.alpha_hat / alpha, 1, 0.02);
    EXPECT_NEAR(measured.exponent_hat, measured.exponent_pred, 0.005);
    EXPECT_LT(measured.exponent_hat, last_exponent);
    last_exponent = measured.exponent_hat;
    // The flow is the limit of small steps.
    point.eta = 0.02;
    auto const finer = run_trial(point);
    EXPECT_NEAR((finer.coef_hypentropy - 0.25) / (measured.coef_hypentropy - 0.25), 0.1, 0.03);
    point.eta = 0.2;
  }
  EXPECT_LT(last_exponent, 1.7);
}

}  // namespace
}  // namespace thresher::implicit_regularization
