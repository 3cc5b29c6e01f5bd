#include "experiments/federated_lora/theory/predictions.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>

// Means of trials against public reference values (an independent implementation with other draws; mean and
// standard error), and against the theory.

namespace thresher::federated_lora {
namespace {

using namespace testing;

void expect_agrees(std::vector<Metrics> const& measured, double Metrics::*metric, double reference,
                   double error, char const* name) {
  auto const ours = mean(measured, metric);
  EXPECT_LT(std::abs(ours.value - reference), 4 * std::hypot(ours.error, error) + 1e-12)
      << name << ": " << ours.value << " +- " << ours.error << " against " << reference;
}

TEST(Reference, Defaults) {
  auto const measured = run_trials({}, 30);
  expect_agrees(measured, &Metrics::mse_local, 1.0002, 0.0011, "mse_local");
  expect_agrees(measured, &Metrics::mse_fedavg, 3.0018, 0.0139, "mse_fedavg");
  expect_agrees(measured, &Metrics::mse_svd, 3.0003, 0.0136, "mse_svd");
  expect_agrees(measured, &Metrics::mse_oracle, 0.0847, 0.0003, "mse_oracle");
  expect_agrees(measured, &Metrics::mse_oracle_set, 0.0876, 0.0003, "mse_oracle_set");
  expect_agrees(measured, &Metrics::mse_clair, 0.0876, 0.0003, "mse_clair");
  expect_agrees(measured, &Metrics::mse_clair_convex, 0.0881, 0.0003, "mse_clair_convex");
  expect_agrees(measured, &Metrics::lambda_enter_benign, 0.3162, 0.0007, "lambda_enter_benign");
  expect_agrees(measured, &Metrics::lambda_enter_contaminated, 0.4051, 0.0011, "lambda_enter_contaminated");
  expect_agrees(measured, &Metrics::admm_iterations, 28.7, 0.1, "admm_iterations");
  EXPECT_NEAR(mean(measured, &Metrics::subspace_error_convex).value, 0.0011, 1.5e-4);
  EXPECT_NEAR(mean(measured, &Metrics::subspace_error_clair).value, 0.0010, 1.5e-4);
  EXPECT_NEAR(mean(measured, &Metrics::score_benign).value, 0.9554, 0.005);
  EXPECT_NEAR(mean(measured, &Metrics::score_contaminated).value, 3.606, 0.06);
  EXPECT_EQ(mean(measured, &Metrics::set_recovered).value, 1);
  EXPECT_EQ(mean(measured, &Metrics::convex_rank).value, 3);

  Predictions theory;
  predict_errors({}, theory);
  expect_agrees(measured, &Metrics::mse_local, theory.mse_local, 0, "theory of mse_local");
  expect_agrees(measured, &Metrics::mse_fedavg, theory.mse_fedavg, 0, "theory of mse_fedavg");
  expect_agrees(measured, &Metrics::mse_oracle, theory.mse_oracle, 0, "theory of mse_oracle");
  EXPECT_NEAR(mean(measured, &Metrics::mse_oracle_set).value / theory.mse_oracle_set, 1, 0.04);
  EXPECT_NEAR(mean(measured, &Metrics::subspace_error_oracle_set).value / theory.subspace_error_oracle_set, 1,
              0.12);
  EXPECT_NEAR(mean(measured, &Metrics::score_benign).value / theory.score_benign, 1, 0.01);
  EXPECT_NEAR(mean(measured, &Metrics::score_contaminated).value / theory.score_contaminated, 1, 0.01);
  for (auto const& each : measured) {
    EXPECT_LT(each.duality_gap, 1e-6);
    EXPECT_EQ(each.converged, 1);
    EXPECT_LT(std::abs(each.excess_clair), 1e-9);
    EXPECT_LT(each.mse_clair, each.mse_local);
    EXPECT_LT(each.mse_local, each.mse_fedavg);
  }
}

TEST(Reference, LeastSquares) {
  Parameters point;
  point.module = Module::linreg;
  point.n_local = 100;
  auto const measured = run_trials(point, 12);
  expect_agrees(measured, &Metrics::mse_local, 0.9972, 0.0024, "mse_local");
  expect_agrees(measured, &Metrics::mse_local, 1, 0, "theory of mse_local");
  expect_agrees(measured, &Metrics::mse_oracle, 0.0848, 0.0004, "mse_oracle");
  expect_agrees(measured, &Metrics::mse_clair, 0.0877, 0.0004, "mse_clair");
  expect_agrees(measured, &Metrics::admm_iterations, 28.9, 0.1, "admm_iterations");
  EXPECT_NEAR(mean(measured, &Metrics::score_benign).value, 0.9538, 0.006);
  EXPECT_EQ(mean(measured, &Metrics::set_recovered).value, 1);
}

TEST(Reference, WithoutNoiseRecoveryIsExactBetweenTheLevels) {
  Parameters point;
  point.noise = 0;
  point.polish = 0;
  point.overlap = 0.7;
  point.lambda_rule = LambdaRule::fixed;
  for (double const lambda : {0.26, 0.33, 0.43}) {
    point.lambda_value = lambda;
    for (auto const& each : run_trials(point, 2)) {
      bool const inside = each.lambda_enter_benign < lambda && lambda < each.lambda_enter_contaminated;
      EXPECT_EQ(inside, lambda == 0.33);
      EXPECT_EQ(each.exact_recovery, inside ? 1 : 0) << lambda;
      EXPECT_GT(each.subspace_error_spherical, 0.01);
      EXPECT_LT(each.duality_gap, 1e-6);
    }
  }
  EXPECT_NEAR(mean(run_trials(point, 6), &Metrics::subspace_error_spherical).value, 0.043, 0.01);
}

TEST(Reference, PlainSvdIsCapturedAtItsLimit) {
  Parameters point;
  point.clients = 100;
  point.methods = {};
  for (double const offset : {-0.1, 0.1}) {
    Predictions theory;
    predict_limits(point, theory);
    point.contamination = theory.contamination_limit_svd + offset;
    double const error = mean(run_trials(point, 3), &Metrics::subspace_error_svd).value;
    if (offset < 0) {
      EXPECT_LT(error, 0.01);
    } else {
      EXPECT_GT(error, 0.99);
    }
  }
}

TEST(Reference, AdaptiveRefinementIsBelowBoth) {
  Parameters point;
  point.clients = 100;
  point.contamination = 0.1;
  point.heterogeneity = 2;
  auto const measured = run_trials(point, 4);
  EXPECT_NEAR(mean(measured, &Metrics::mse_clair).value, 3.78, 0.05);
  EXPECT_NEAR(mean(measured, &Metrics::mse_clair_adaptive).value, 0.81, 0.01);
  EXPECT_NEAR(mean(measured, &Metrics::mse_local).value, 1, 0.01);
  point.heterogeneity = 1;
  EXPECT_NEAR(mean(run_trials(point, 4), &Metrics::mse_clair_adaptive).value, 0.54, 0.01);
}

TEST(Reference, CompressionOpensTheWindowAgain) {
  Parameters point;
  point.noise = 3.5;  // the window has closed
  auto const plain = run_trials(point, 4);
  point.compress_rank = 8;
  auto const compressed = run_trials(point, 4);
  EXPECT_GT(mean(plain, &Metrics::subspace_error_convex).value, 0.5);
  EXPECT_LT(mean(compressed, &Metrics::subspace_error_convex).value, 0.05);
}

TEST(Reference, TwoClientsRun) {
  Parameters point;
  point.clients = 2;
  point.rank = 1;
  point.contamination = 0;
  auto const measured = run_trials(point, 1).front();
  EXPECT_EQ(measured.converged, 1);
  EXPECT_TRUE(std::isnan(measured.tpr));
  EXPECT_TRUE(std::isfinite(measured.mse_clair));
}

}  // namespace
}  // namespace thresher::federated_lora
