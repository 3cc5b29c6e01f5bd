#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace thresher::mixed_quality_lasso;

LassoEquivalent equivalent(RecoveryProblem const& problem, std::span<double const> weights, double lambda) {
  return lasso_equivalent(support_equivalent(problem.blocks, weights, problem.s).value(), problem.s, lambda);
}

TEST(DeterministicEquivalent, ReferenceValues) {
  RecoveryProblem const problem{512, 8, 1, {{100, 0.5}, {100, 1}}};
  auto const agnostic = equivalent(problem, row_weights(problem, Weighting::agnostic, 0.4), 0.4);
  EXPECT_NEAR(agnostic.nu, 0.4166666667, 1e-10);
  EXPECT_NEAR(agnostic.v, 0.0604166667, 1e-10);
  EXPECT_NEAR(agnostic.t, 0.1024158417, 1e-10);
  auto const informed = equivalent(problem, row_weights(problem, Weighting::inverse_variance, 0.4), 0.4);
  EXPECT_NEAR(informed.nu, 0.4228421783, 1e-10);
  EXPECT_NEAR(informed.v, 0.0685175264, 1e-10);
}

TEST(DeterministicEquivalent, UnitWeightsHaveAClosedForm) {
  for (double const n : {9.0, 20.0, 1e3, 1e9}) {
    double const s = 8, lambda = 0.3;
    RecoveryProblem const problem{512, s, 1, {{0.25 * n, 0.5}, {0.75 * n, 1.5}}};
    std::vector<double> const weights{1, 1};
    auto const support = support_equivalent(problem.blocks, weights, s).value();
    EXPECT_NEAR(support.kappa / (s / (n - s)), 1, 1e-14);
    EXPECT_NEAR(support.effective_rows / n, 1, 1e-14);
    EXPECT_NEAR(support.surplus_rows / (n - s), 1, 1e-14);
    auto const lasso = lasso_equivalent(support, s, lambda);
    double const average = average_noise_variance(problem.blocks);
    EXPECT_NEAR(lasso.nu / (lambda / (1 - s / n)), 1, 1e-14);
    EXPECT_NEAR(lasso.v / (s / (n - s) + average * (1 - s / n) / (lambda * lambda * n)), 1, 1e-14);
  }
}

/// The formulas as they stand, by bisection in log kappa.
struct Plain {
  double kappa, nu, v, v1, noise_degrees;
};
Plain plain_equivalent(RecoveryProblem const& problem, std::span<double const> weights, double lambda) {
  auto const average = [&](auto value) { return row_average(problem.blocks, value); };
  double const n = total_rows(problem.blocks), s = problem.s;
  double lower = -200, upper = 200;
  for (int k = 0; k < 200; ++k) {
    double const kappa = std::exp(0.5 * (lower + upper));
    double const used = average([&](std::size_t g) { return weights[g] * kappa / (1 + weights[g] * kappa); });
    (used < s / n ? lower : upper) = 0.5 * (lower + upper);
  }
  double const kappa = std::exp(upper);
  auto const m = [&](std::size_t g) { return weights[g] / (1 + weights[g] * kappa); };
  auto const noise = [&](std::size_t g) { return std::pow(problem.blocks[g].sigma * m(g), 2); };
  double const mean = average(m), q = average([&](std::size_t g) { return m(g) * m(g); });
  double const d = 1 - s * q / (n * mean * mean), rows = n * mean * mean / q;
  double const noise2 = average(noise), noise4 = average([&](std::size_t g) { return noise(g) * noise(g); });
  return {kappa, lambda / mean, (s * q / (n * mean * mean) + noise2 / (lambda * lambda * n)) / d,
          s / (rows - s), n * noise2 * noise2 * (1 - s / rows) / noise4};
}

TEST(DeterministicEquivalent, SolvesItsEquationForAnyBlocks) {
  for (double const ratio : {1.0, 3.0, 30.0, 1e4}) {
    for (double const s : {1.0, 8.0, 60.0, 89.0}) {
      RecoveryProblem const problem{1000, s, 1, {{20, 0.1}, {30, 0.1 * std::sqrt(ratio)}, {40, 0.1 * ratio}}};
      auto const weights = row_weights(problem, Weighting::inverse_variance, 0.4);
      auto const plain = plain_equivalent(problem, weights, 0.4);
      auto const support = support_equivalent(problem.blocks, weights, s).value();
      auto const lasso = lasso_equivalent(support, s, 0.4);
      EXPECT_NEAR(support.kappa / plain.kappa, 1, 1e-10);
      EXPECT_NEAR(lasso.nu / plain.nu, 1, 1e-10);
      EXPECT_NEAR(lasso.v / plain.v, 1, 1e-6);
      EXPECT_NEAR(lasso.v_interference / plain.v1, 1, 1e-6);
      EXPECT_DOUBLE_EQ(lasso.v, lasso.v_interference + lasso.v_noise);
      EXPECT_NEAR(support.noise_degrees / plain.noise_degrees, 1, 1e-6);
    }
  }
}

TEST(DeterministicEquivalent, DroppedRowsDoNotMatter) {
  RecoveryProblem const kept{512, 8, 1, {{60, 0.5}}};
  RecoveryProblem const dropped{512, 8, 1, {{60, 0.5}, {140, 1}}};
  std::vector<double> const one{1};
  auto const weights = row_weights(dropped, Weighting::hq_only, 0.4);
  auto const alone = equivalent(kept, one, 0.4), beside = equivalent(dropped, weights, 0.4);
  EXPECT_NEAR(beside.v, alone.v, 1e-15);
  EXPECT_NEAR(beside.nu, alone.nu, 1e-15);
}

TEST(DeterministicEquivalent, NeedsMoreWeightedRowsThanNonzeros) {
  std::vector<NoiseBlock> const blocks{{8, 0.5}, {100, 1}};
  EXPECT_FALSE(support_equivalent(blocks, std::vector<double>{13.5, 0}, 8));
  EXPECT_TRUE(support_equivalent(blocks, std::vector<double>{13.5, 0}, 7));
  EXPECT_TRUE(support_equivalent(blocks, std::vector<double>{1, 1}, 107));
  EXPECT_FALSE(support_equivalent(blocks, std::vector<double>{1, 1}, 108));
}

TEST(DeterministicEquivalent, LeadingOrderAtManyRows) {
  RecoveryProblem const problem{512, 8, 1, {{4e7, 0.5}, {6e7, 1}}};
  auto const weights = row_weights(problem, Weighting::inverse_variance, 0.01);
  double const n = 1e8, lambda = 0.01;
  double const noise = row_average(
      problem.blocks, [&](std::size_t g) { return std::pow(weights[g] * problem.blocks[g].sigma, 2); });
  double const leading =
      (problem.s * n / effective_sample_size(problem.blocks, weights) + noise / (lambda * lambda)) / n;
  EXPECT_NEAR(equivalent(problem, weights, lambda).v / leading, 1, 1e-6);
}

}  // namespace
