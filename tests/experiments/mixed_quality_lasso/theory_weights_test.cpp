#include "experiments/mixed_quality_lasso/theory/state_evolution.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace {

using namespace thresher::mixed_quality_lasso;

constexpr std::array kWeightings{Weighting::agnostic, Weighting::inverse_variance, Weighting::interference,
                                 Weighting::residual, Weighting::hq_only};

RecoveryProblem two_qualities() {
  return {512, 8, 1, {{100, 0.5}, {100, 1}}};
}

double mean_weight(std::span<NoiseBlock const> blocks, std::span<double const> weights) {
  return row_average(blocks, [&](std::size_t g) { return weights[g]; });
}

TEST(Weights, InverseVarianceAtEqualBlocks) {
  auto const problem = two_qualities();
  auto const weights = row_weights(problem, Weighting::inverse_variance, 0.4);
  EXPECT_NEAR(weights[0], 1.6, 1e-15);
  EXPECT_NEAR(weights[1], 0.4, 1e-15);
  EXPECT_NEAR(effective_sample_size(problem.blocks, weights), 147.058824, 5e-7);
}

TEST(Weights, AgnosticIsExactlyOne) {
  RecoveryProblem const problem{512, 8, 1, {{3, 0.7}, {7, 0.9}, {11, 1.3}}};
  for (double const weight : row_weights(problem, Weighting::agnostic, 0.4)) EXPECT_EQ(weight, 1);
  EXPECT_DOUBLE_EQ(effective_sample_size(problem.blocks, row_weights(problem, Weighting::agnostic, 0.4)), 21);
}

TEST(Weights, InterferenceAddsTheCrossTalkOfShrinkage) {
  auto const weights = row_weights(two_qualities(), Weighting::interference, 0.4);
  EXPECT_NEAR(weights[0] / weights[1], (1 + 8 * 0.16) / (0.25 + 8 * 0.16), 1e-14);
}

TEST(Weights, ResidualIsPredictedFromTheErrorOfTheAgnosticFit) {
  auto const problem = two_qualities();
  auto const weights = row_weights(problem, Weighting::residual, 0.4);
  double const error =
      8 * 0.184148138;  // mean squared error of the agnostic state evolution, known to 9 digits
  EXPECT_NEAR(weights[0] / weights[1], (1 + error) / (0.25 + error), 1e-8);
}

TEST(Weights, HighQualityOnlyKeepsTheMeanOverAllRows) {
  RecoveryProblem const problem{512, 8, 1, {{40, 0.5}, {100, 1}, {60, 2}}};
  auto const weights = row_weights(problem, Weighting::hq_only, 0.4);
  EXPECT_DOUBLE_EQ(weights[0], 5);
  EXPECT_EQ(weights[1], 0);
  EXPECT_EQ(weights[2], 0);
  EXPECT_DOUBLE_EQ(effective_sample_size(problem.blocks, weights), 40);
}

TEST(Weights, MeanIsOneOverTheRows) {
  RecoveryProblem const problem{4096, 12, 0.7, {{37, 0.2}, {210, 0.9}, {95, 3}}};
  for (auto const weighting : kWeightings)
    EXPECT_NEAR(mean_weight(problem.blocks, row_weights(problem, weighting, 0.3)), 1, 1e-14);
}

TEST(Weights, EqualNoiseNeedsNoWeights) {
  RecoveryProblem const problem{512, 8, 1, {{30, 0.6}, {70, 0.6}}};
  for (auto const weighting : {Weighting::inverse_variance, Weighting::interference, Weighting::residual})
    for (double const weight : row_weights(problem, weighting, 0.4)) EXPECT_NEAR(weight, 1, 1e-15);
}

TEST(Weights, AnEmptyBlockIsWeightedButDoesNotCount) {
  RecoveryProblem const problem{512, 8, 1, {{50, 0.5}, {0, 1}}};
  auto const weights = row_weights(problem, Weighting::inverse_variance, 0.4);
  EXPECT_DOUBLE_EQ(weights[0], 1);
  EXPECT_DOUBLE_EQ(weights[1], 0.25);
}

TEST(Weights, WhereTheyApply) {
  std::vector<NoiseBlock> const only_low{{0, 0.5}, {10, 1}}, only_high{{10, 0.5}, {0, 1}},
      none{{0, 1}, {0, 1}};
  for (auto const weighting : kWeightings) {
    bool const needs_high = weighting == Weighting::hq_only || weighting == Weighting::residual;
    EXPECT_EQ(weighting_applies(only_low, weighting), !needs_high);
    EXPECT_EQ(weighting_applies(only_high, weighting), weighting != Weighting::residual);
    EXPECT_FALSE(weighting_applies(none, weighting));
    EXPECT_THROW(row_weights({512, 8, 1, none}, weighting, 0.4), std::invalid_argument);
  }
  EXPECT_THROW(row_weights({512, 8, 1, only_low}, Weighting::hq_only, 0.4), std::invalid_argument);
  EXPECT_THROW(normalise_weights(only_low, {1.0, 0.0}), std::invalid_argument);
}

TEST(Weights, OnlyTwoWeightingsKnowLambda) {
  auto const problem = two_qualities();
  for (auto const weighting : kWeightings)
    EXPECT_EQ(row_weights(problem, weighting, 0.2) != row_weights(problem, weighting, 0.5),
              depends_on_lambda(weighting));
}

}  // namespace
