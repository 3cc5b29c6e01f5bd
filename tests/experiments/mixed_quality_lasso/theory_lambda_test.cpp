#include "experiments/mixed_quality_lasso/theory/lambda.hpp"
#include "experiments/mixed_quality_lasso/theory/success.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "numerics/normal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace {

using namespace thresher::mixed_quality_lasso;
using namespace thresher::numerics;

RecoveryProblem two_qualities() {
  return {512, 8, 1, {{80, 0.5}, {120, 1.2}}};
}

TEST(Lambda, NoiseVarianceOfTheRules) {
  auto const problem = two_qualities();
  double const average = (80 * 0.25 + 120 * 1.44) / 200;
  double const harmonic = 200 / (80 / 0.25 + 120 / 1.44);
  EXPECT_NEAR(rule_noise_variance(problem, Weighting::agnostic), average, 1e-15);
  EXPECT_NEAR(rule_noise_variance(problem, Weighting::interference), average, 1e-15);
  EXPECT_NEAR(rule_noise_variance(problem, Weighting::residual), average, 1e-15);
  EXPECT_NEAR(rule_noise_variance(problem, Weighting::inverse_variance), harmonic, 1e-15);
  EXPECT_NEAR(rule_noise_variance(problem, Weighting::hq_only), 0.25 * 2.5, 1e-15);
}

TEST(Lambda, ClosedForms) {
  auto const problem = two_qualities();
  double const noise = 0.7, n = 200;
  EXPECT_NEAR(rule_lambda(problem, LambdaRule::wainwright, noise),
              std::sqrt(2 * noise * std::log(8.0) * std::log(504.0) / n), 1e-15);
  EXPECT_NEAR(rule_lambda(problem, LambdaRule::universal, noise), std::sqrt(2 * noise * std::log(512.0) / n),
              1e-15);
  EXPECT_NEAR(rule_lambda(problem, LambdaRule::geometric, noise),
              std::sqrt(std::sqrt(noise * std::log(504.0) / n) / std::sqrt(8.0)), 1e-15);
  EXPECT_EQ(rule_lambda(problem, LambdaRule::fixed, noise), 1);
  EXPECT_THROW(rule_lambda(problem, LambdaRule::tuned, noise), std::invalid_argument);
}

TEST(Lambda, SmallestProblemHasPositiveRules) {
  RecoveryProblem const problem{2, 1, 1, {{10, 0.5}, {10, 1}}};
  EXPECT_NEAR(rule_lambda(problem, LambdaRule::wainwright, 0.5),
              std::sqrt(2 * 0.5 * std::pow(std::log(2.0), 2) / 20), 1e-15);
  for (auto const rule : {LambdaRule::geometric, LambdaRule::universal, LambdaRule::fixed, LambdaRule::tuned})
    EXPECT_GT(tune(problem, {Weighting::agnostic, rule, 1}).lambda, 0);
}

TEST(Lambda, DroppedRowsDoNotChangeTheRule) {
  RecoveryProblem const kept{512, 8, 1, {{80, 0.5}}};
  for (auto const rule :
       {LambdaRule::wainwright, LambdaRule::universal, LambdaRule::geometric, LambdaRule::tuned})
    EXPECT_NEAR(tune(two_qualities(), {Weighting::hq_only, rule, 1}).lambda,
                tune(kept, {Weighting::agnostic, rule, 1}).lambda, 1e-14);
}

TEST(Lambda, ScaleMultipliesEveryRuleButTheTuned) {
  auto const problem = two_qualities();
  for (auto const rule :
       {LambdaRule::geometric, LambdaRule::wainwright, LambdaRule::universal, LambdaRule::fixed})
    EXPECT_DOUBLE_EQ(tune(problem, {Weighting::interference, rule, 0.3}).lambda,
                     0.3 * tune(problem, {Weighting::interference, rule, 1}).lambda);
  EXPECT_EQ(tune(problem, {Weighting::agnostic, LambdaRule::tuned, 0.3}).lambda,
            tune(problem, {Weighting::agnostic, LambdaRule::tuned, 1}).lambda);
}

TEST(Lambda, WeightsUseTheScaledLambda) {
  auto const problem = two_qualities();
  for (auto const weighting : {Weighting::interference, Weighting::residual}) {
    auto const tuning = tune(problem, {weighting, LambdaRule::fixed, 0.35});
    EXPECT_EQ(tuning.lambda, 0.35);
    EXPECT_EQ(tuning.weights, row_weights(problem, weighting, 0.35));
  }
}

TEST(Lambda, GeometricFulfilsBothLimitsOfThePaper) {
  // sigma^2 s log(p-s)/(n rho^2) -> 0: lambda must outgrow the noise of a dual and vanish beside rho/sqrt(s).
  double noise_ratio = 1e9, shrinkage = 1e9;
  for (double n = 1e4; n < 1e12; n *= 100) {
    RecoveryProblem const problem{1e6, 30, 0.5, {{n / 2, 1}, {n / 2, 2}}};
    double const lambda = tune(problem, {Weighting::agnostic, LambdaRule::geometric, 1}).lambda;
    double const noise = 2.5 * std::log(1e6 - 30) / (n * lambda * lambda);
    EXPECT_LT(noise, noise_ratio);
    EXPECT_LT(lambda * std::sqrt(30.0) / 0.5, shrinkage);
    noise_ratio = noise;
    shrinkage = lambda * std::sqrt(30.0) / 0.5;
  }
  EXPECT_LT(noise_ratio, 0.01);
}

/// The tuned lambda without logarithms, pruning or reuse.
double tune_plainly(RecoveryProblem const& problem, Weighting weighting) {
  auto const& rule = hermite_rule();
  double best = 0.5 * problem.rho, least = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 100; ++k) {
    double const lambda = problem.rho * std::exp(std::log(0.02) + k * std::log(0.98 / 0.02) / 99);
    auto const weights = row_weights(problem, weighting, lambda);
    auto const support = support_equivalent(problem.blocks, weights, problem.s);
    if (!support) continue;
    auto const lasso = lasso_equivalent(*support, problem.s, lambda);
    double errors = 0;
    for (std::size_t i = 0; i < kHermiteNodes; ++i)
      for (std::size_t j = 0; j < kHermiteNodes; ++j) {
        double const a = wilson_hilferty(support->surplus_rows + 1, rule.nodes[i]) / support->surplus_rows;
        double const r = wilson_hilferty(support->noise_degrees, rule.nodes[j]) / support->noise_degrees;
        double const nu = lasso.nu / a, root_v = std::sqrt(lasso.v_interference / a + lasso.v_noise * r);
        errors += rule.weights[i] * rule.weights[j] *
                  (2 * (problem.p - problem.s) * normal_upper_tail(1 / root_v) +
                   problem.s * normal_upper_tail((problem.rho - nu) / (nu * root_v)));
      }
    if (errors < least) {
      least = errors;
      best = lambda;
    }
  }
  return best;
}

TEST(Lambda, TunedMinimisesTheExpectedErrors) {
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference,
                               Weighting::residual, Weighting::hq_only})
    for (double const n : {25.0, 60.0, 150.0, 400.0}) {
      RecoveryProblem const problem{2000, 8, 1.5, {{0.4 * n, 0.4}, {0.6 * n, 1.5}}};
      auto const tuning = tune_by_prediction(problem, weighting);
      EXPECT_NEAR(tuning.lambda, tune_plainly(problem, weighting), 1e-12);
      EXPECT_EQ(tuning.weights, row_weights(problem, weighting, tuning.lambda));
    }
}

TEST(Lambda, TunedFallsBackWhereNothingCanBePredicted) {
  RecoveryProblem const problem{512, 8, 3, {{4, 0.5}, {4, 1}}};
  EXPECT_DOUBLE_EQ(tune_by_prediction(problem, Weighting::agnostic).lambda, 1.5);
}

TEST(Lambda, OfAPoint) {
  Parameters point{
      .rho = 2, .weighting = Weighting::interference, .lambda_rule = LambdaRule::fixed, .lambda_scale = 0.4};
  auto const tuning = tuning_at(point);
  EXPECT_DOUBLE_EQ(tuning.lambda, 0.8);
  EXPECT_NEAR(tuning.weights[0] / tuning.weights[1], (1 + 8 * 0.64) / (0.0625 + 8 * 0.64), 1e-14);
}

TEST(Lambda, SuccessOfARecipe) {
  auto const problem = two_qualities();
  EXPECT_EQ(recipe_success(problem, {Weighting::agnostic, LambdaRule::fixed, 0.4}),
            lasso_success(problem, std::vector<double>{1, 1}, 0.4));
  EXPECT_EQ(recipe_success({512, 8, 1, {{0, 0.5}, {400, 1}}}, {Weighting::hq_only, LambdaRule::fixed, 0.4}),
            0);
  EXPECT_EQ(recipe_success({512, 8, 1, {{0, 0.5}, {0, 1}}}, {Weighting::agnostic, LambdaRule::tuned, 1}), 0);
}

}  // namespace
