#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "experiments/mixed_quality_lasso/theory/iso_line.hpp"
#include "experiments/mixed_quality_lasso/theory/recovery_threshold.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace thresher::mixed_quality_lasso;

double success_at(RecoveryProblem problem, Recipe const& recipe, double hq_fraction, double n) {
  problem.blocks[0].rows = std::nearbyint(hq_fraction * n);
  problem.blocks[1].rows = n - problem.blocks[0].rows;
  return recipe_success(problem, recipe);
}

TEST(RecoveryThreshold, IsTheFirstRowCountThatSucceedsHalfTheTime) {
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference})
    for (auto const rule : {LambdaRule::fixed, LambdaRule::geometric, LambdaRule::tuned}) {
      RecoveryProblem const problem{4096, 10, 1, {{30, 0.3}, {70, 1}}};
      Recipe const recipe{weighting, rule, rule == LambdaRule::fixed ? 0.4 : 1};
      double const theta = recovery_threshold(problem, recipe);
      double const n = std::nearbyint(theta * algorithmic_threshold(4096, 10));
      EXPECT_GE(success_at(problem, recipe, 0.3, n), 0.5);
      EXPECT_LT(success_at(problem, recipe, 0.3, n - 1), 0.5);
      // ... and the value sits on the step between these two.
      EXPECT_NEAR(theta * algorithmic_threshold(4096, 10), n - 0.5, 1e-4);
    }
}

TEST(RecoveryThreshold, ApproachesOneFromBelowWithDimension) {
  Recipe const tuned{Weighting::agnostic, LambdaRule::tuned, 1};
  double const small = recovery_threshold({256, 6, 1, {{50, 0.05}, {50, 0.05}}}, tuned);
  double const large = recovery_threshold({1e6, 300, 1, {{50, 0.05}, {50, 0.05}}}, tuned);
  EXPECT_NEAR(small, 0.83, 0.01);
  EXPECT_NEAR(large, 0.90, 0.01);
}

TEST(RecoveryThreshold, DependsOnTheMixNotOnTheSize) {
  Recipe const recipe{Weighting::agnostic, LambdaRule::fixed, 0.4};
  EXPECT_EQ(recovery_threshold({512, 8, 1, {{30, 0.25}, {90, 1}}}, recipe),
            recovery_threshold({512, 8, 1, {{300, 0.25}, {900, 1}}}, recipe));
}

TEST(RecoveryThreshold, IsUndefinedWithoutACrossing) {
  // Far too large a penalty never recovers.
  EXPECT_TRUE(std::isnan(
      recovery_threshold({512, 8, 1, {{50, 0.5}, {50, 1}}}, {Weighting::agnostic, LambdaRule::fixed, 2})));
  // Without high-quality rows their weighting applies nowhere.
  EXPECT_TRUE(std::isnan(
      recovery_threshold({512, 8, 1, {{0, 0.5}, {50, 1}}}, {Weighting::hq_only, LambdaRule::fixed, 0.4})));
}

RecoveryProblem priced() {
  return {1e6, 20, 1, {{0, 0.2}, {0, 1.5}}};
}
Recipe priced_recipe(Weighting weighting) {
  return {weighting, LambdaRule::fixed, 0.4};
}

TEST(IsoLine, ReferenceValues) {
  auto const interference = priced_recipe(Weighting::interference),
             agnostic = priced_recipe(Weighting::agnostic);
  EXPECT_NEAR(iso_recovery_rows(priced(), interference, 400, 1200, 0.5), 193.4, 0.05);
  EXPECT_NEAR(iso_price(priced(), interference, 400, 1200, 0.5), 1.613, 5e-4);
  EXPECT_NEAR(iso_recovery_rows(priced(), agnostic, 400, 1200, 0.5), 239.8, 0.05);
  EXPECT_NEAR(iso_price(priced(), agnostic, 400, 1200, 0.5), 1.739, 5e-4);
}

TEST(IsoLine, SuccessAtItsPointsIsTheLevel) {
  for (double const level : {0.1, 0.5, 0.9}) {
    auto problem = priced();
    auto const recipe = priced_recipe(Weighting::interference);
    problem.blocks[1].rows = iso_recovery_rows(problem, recipe, 350, 5000, level);
    problem.blocks[0].rows = 350;
    EXPECT_NEAR(recipe_success(problem, recipe), level, 1e-9);
  }
}

TEST(IsoLine, EndsAtNoRowsAndAtInfinity) {
  auto const recipe = priced_recipe(Weighting::interference);
  EXPECT_EQ(iso_recovery_rows(priced(), recipe, 1000, 1200, 0.5), 0);
  EXPECT_TRUE(std::isinf(iso_recovery_rows(priced(), recipe, 400, 193, 0.5)));
  EXPECT_TRUE(std::isfinite(iso_recovery_rows(priced(), recipe, 400, 194, 0.5)));
  EXPECT_TRUE(std::isinf(iso_recovery_rows(priced(), recipe, 0, 0, 0.5)));
  EXPECT_TRUE(std::isfinite(iso_recovery_rows(priced(), recipe, 0, 5000, 0.5)));
}

TEST(IsoLine, PriceNeedsBothEnds) {
  auto const recipe = priced_recipe(Weighting::interference);
  EXPECT_TRUE(std::isnan(iso_price(priced(), recipe, 0, 5000, 0.5)));
  EXPECT_TRUE(std::isnan(iso_price(priced(), recipe, 1000, 1200, 0.5)));
  EXPECT_TRUE(std::isnan(iso_price(priced(), recipe, 400, 200, 0.5)));  // n1 - h needs more than 200
  EXPECT_FALSE(std::isnan(iso_price(priced(), recipe, 1, 5000, 0.5)));  // h = 1: n1 - h = 0 high-quality rows
}

TEST(IsoLine, StepIsATwentiethOfTheRows) {
  EXPECT_EQ(iso_price_step(0), 1);
  EXPECT_EQ(iso_price_step(29), 1);
  EXPECT_EQ(iso_price_step(50), 2);  // 2.5 to even
  EXPECT_EQ(iso_price_step(400), 20);
}

TEST(IsoLine, PriceIsThatOfTheStraightLine) {
  // gamma_lasso_interference = 1.62 over the whole line.
  auto const recipe = priced_recipe(Weighting::interference);
  for (double const n1 : {100.0, 200.0, 300.0, 450.0})
    EXPECT_NEAR(iso_price(priced(), recipe, n1, 2000, 0.5), 1.62, 0.03);
}

}  // namespace
