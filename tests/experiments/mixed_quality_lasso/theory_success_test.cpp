#include "experiments/mixed_quality_lasso/theory/success.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "numerics/normal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace {

using namespace thresher::mixed_quality_lasso;
using namespace thresher::numerics;

/// Regularised lower incomplete gamma function by its power series.
double gamma_cdf(double shape, double x) {
  double term = 1 / shape, sum = term;
  for (int k = 1; k < 10000 && term > 1e-18 * sum; ++k) sum += term *= x / (shape + k);
  return sum * std::exp(-x + shape * std::log(x) - std::lgamma(shape));
}

TEST(LassoSuccess, WilsonHilfertyQuantilesAreNearlyExact) {
  for (double const degrees : {50.0, 193.0, 1000.0})
    for (double const x : {-3.0, -1.0, 0.0, 0.7, 2.0, 3.0}) {
      double lower = 0, upper = 10 * degrees;
      for (int k = 0; k < 100; ++k) {
        double const middle = 0.5 * (lower + upper);
        (gamma_cdf(degrees / 2, middle / 2) < normal_cdf(x) ? lower : upper) = middle;
      }
      double const accuracy = degrees > 100 && std::abs(x) < 2.5 ? 3e-5 : 3e-3;
      EXPECT_NEAR(wilson_hilferty(degrees, x) / upper, 1, accuracy) << degrees << " " << x;
    }
  EXPECT_GT(wilson_hilferty(1, -40), 0);
}

TEST(LassoSuccess, ReferenceValues) {
  RecoveryProblem const problem{512, 8, 1, {{100, 0.5}, {100, 1}}};
  EXPECT_NEAR(lasso_success(problem, row_weights(problem, Weighting::agnostic, 0.4), 0.4), 0.970976, 5e-7);
  EXPECT_NEAR(lasso_success(problem, row_weights(problem, Weighting::inverse_variance, 0.4), 0.4), 0.917746,
              5e-7);
}

/// E[...] with chi-squares drawn by std::gamma_distribution instead of the grid of nodes.
double success_by_monte_carlo(RecoveryProblem const& problem, std::span<double const> weights, double lambda,
                              int draws, std::mt19937_64& random) {
  auto const support = support_equivalent(problem.blocks, weights, problem.s).value();
  auto const lasso = lasso_equivalent(support, problem.s, lambda);
  std::gamma_distribution<> curvature((support.surplus_rows + 1) / 2, 2 / support.surplus_rows);
  std::gamma_distribution<> noise(support.noise_degrees / 2, 2 / support.noise_degrees);
  double sum = 0;
  for (int draw = 0; draw < draws; ++draw) {
    double const a = curvature(random), r = noise(random);
    double const nu = lasso.nu / a, v = lasso.v_interference / a + lasso.v_noise * r;
    sum += std::pow(std::erf(1 / std::sqrt(2 * v)), problem.p - problem.s) *
           std::pow(normal_cdf((problem.rho - nu) / (nu * std::sqrt(v))), problem.s);
  }
  return sum / draws;
}

TEST(LassoSuccess, IsTheExpectationOverTheTwoChiSquares) {
  std::mt19937_64 random(11);
  RecoveryProblem const problem{1e4, 6, 1, {{60, 0.3}, {70, 1}}};
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance, Weighting::hq_only}) {
    auto const weights = row_weights(problem, weighting, 0.45);
    double const expected = success_by_monte_carlo(problem, weights, 0.45, 200000, random);
    EXPECT_NEAR(lasso_success(problem, weights, 0.45), expected, 0.005);
  }
}

/// Solves the symmetric positive definite s x s system in place by Cholesky's method.
std::vector<double> solve(std::vector<double> gram, std::vector<double> right) {
  std::size_t const s = right.size();
  for (std::size_t j = 0; j < s; ++j) {
    for (std::size_t k = 0; k < j; ++k) gram[j * s + j] -= gram[j * s + k] * gram[j * s + k];
    gram[j * s + j] = std::sqrt(gram[j * s + j]);
    for (std::size_t i = j + 1; i < s; ++i) {
      for (std::size_t k = 0; k < j; ++k) gram[i * s + j] -= gram[i * s + k] * gram[j * s + k];
      gram[i * s + j] /= gram[j * s + j];
    }
  }
  for (std::size_t i = 0; i < s; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= gram[i * s + k] * right[k];
    right[i] /= gram[i * s + i];
  }
  for (std::size_t i = s; i-- > 0;) {
    for (std::size_t k = i + 1; k < s; ++k) right[i] -= gram[k * s + i] * right[k];
    right[i] /= gram[i * s + i];
  }
  return right;
}

struct Witness {
  double success;
  double v;
};

/// Draws X_S and z and gives the probability of signed-support recovery over the other columns (primal-dual
/// witness of Wainwright 2009), and the variance of the off-support duals.
Witness draw_witness(RecoveryProblem const& problem, std::span<double const> weights, double lambda,
                     std::mt19937_64& random) {
  std::normal_distribution<> normal;
  auto const s = static_cast<std::size_t>(problem.s);
  std::vector<double> w, z;
  for (std::size_t g = 0; g < weights.size(); ++g)
    for (double row = 0; row < problem.blocks[g].rows; ++row) {
      w.push_back(weights[g]);
      z.push_back(problem.blocks[g].sigma * normal(random));
    }
  std::size_t const n = w.size();
  std::vector<double> x(n * s), gram(s * s), noise(s);
  for (double& entry : x) entry = normal(random);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < s; ++j) {
      noise[j] += x[i * s + j] * w[i] * z[i];
      for (std::size_t k = 0; k < s; ++k) gram[j * s + k] += x[i * s + j] * w[i] * x[i * s + k];
    }
  auto const g1 = solve(gram, noise), g2 = solve(gram, std::vector<double>(s, 1.0));
  double const scale = static_cast<double>(n) * lambda;
  bool signs = true;
  for (std::size_t j = 0; j < s; ++j) signs = signs && problem.rho + g1[j] - scale * g2[j] > 0;
  double v = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double shrinkage = 0, residual = z[i];
    for (std::size_t j = 0; j < s; ++j) {
      shrinkage += x[i * s + j] * g2[j];
      residual -= x[i * s + j] * g1[j];
    }
    double const u = w[i] * (shrinkage + residual / scale);
    v += u * u;
  }
  return {signs ? std::exp((problem.p - problem.s) * log_normal_central(1 / std::sqrt(v))) : 0, v};
}

TEST(LassoSuccess, AgreesWithSimulatedWitnesses) {
  std::mt19937_64 random(5);
  struct Case {
    double n1, n2, sigma1, sigma2, lambda;
    Weighting weighting;
  };
  std::vector<Case> const cases{{60, 60, 0.2, 1, 0.5, Weighting::agnostic},
                                {120, 0, 0.2, 1, 0.4, Weighting::agnostic},
                                {60, 90, 0.3, 1.5, 0.5, Weighting::interference},
                                {90, 60, 0.5, 0.8, 0.5, Weighting::inverse_variance},
                                {110, 50, 0.3, 1.5, 0.45, Weighting::hq_only},
                                {30, 200, 0.2, 2, 0.55, Weighting::agnostic},
                                {120, 120, 0.2, 1, 0.4, Weighting::inverse_variance}};
  for (auto const& c : cases) {
    RecoveryProblem const problem{1e4, 6, 1, {{c.n1, c.sigma1}, {c.n2, c.sigma2}}};
    auto const weights = row_weights(problem, c.weighting, c.lambda);
    int const trials = 1500;
    double success = 0, success_sq = 0, v = 0, v_sq = 0;
    for (int trial = 0; trial < trials; ++trial) {
      auto const witness = draw_witness(problem, weights, c.lambda, random);
      success += witness.success / trials;
      success_sq += witness.success * witness.success / trials;
      v += witness.v / trials;
      v_sq += witness.v * witness.v / trials;
    }
    double const se = std::sqrt((success_sq - success * success) / trials);
    double const se_v = std::sqrt((v_sq - v * v) / trials);
    double const predicted = lasso_success(problem, weights, c.lambda);
    auto const support = support_equivalent(problem.blocks, weights, problem.s).value();
    EXPECT_NEAR(predicted, success, 0.03 + 3 * se);
    EXPECT_GT(success, 0.05);  // the cases are in the transition
    EXPECT_LT(success, 0.97);
    EXPECT_NEAR(lasso_equivalent(support, problem.s, c.lambda).v, v, 0.03 * v + 3 * se_v);
  }
}

TEST(LassoSuccess, ReachesALevelWhereItIsAtOrAboveIt) {
  std::vector<double> const weights{1.2, 0.84};
  for (double const rows : {20.0, 45.0, 70.0, 90.0, 130.0, 300.0})
    for (double const lambda : {0.1, 0.35, 0.7}) {
      RecoveryProblem const problem{2000, 5, 1, {{0.44 * rows, 0.4}, {0.56 * rows, 1}}};
      double const success = lasso_success(problem, weights, lambda);
      for (double const level : {1e-6, 0.1, 0.5, 0.9, 1 - 1e-6})
        EXPECT_EQ(lasso_reaches(problem, weights, lambda, level), success >= level)
            << rows << " " << lambda << " " << level;
      // To the last bit, both sides.
      if (success > 0 && success < 1) {
        EXPECT_TRUE(lasso_reaches(problem, weights, lambda, success));
        EXPECT_FALSE(lasso_reaches(problem, weights, lambda, std::nextafter(success, 2)));
      }
    }
}

TEST(LassoSuccess, ExpectedErrorsAreTheSumOverTheGrid) {
  RecoveryProblem const problem{2000, 5, 1, {{40, 0.4}, {50, 1}}};
  std::vector<double> const weights{1.2, 0.84};
  auto const support = support_equivalent(problem.blocks, weights, problem.s).value();
  Fluctuation const fluctuation(problem, support);
  auto const& rule = hermite_rule();
  for (double const lambda : {0.1, 0.35, 0.7}) {
    auto const lasso = lasso_equivalent(support, problem.s, lambda);
    double errors = 0;
    for (std::size_t i = 0; i < kHermiteNodes; ++i)
      for (std::size_t j = 0; j < kHermiteNodes; ++j) {
        double const a = wilson_hilferty(support.surplus_rows + 1, rule.nodes[i]) / support.surplus_rows;
        double const r = wilson_hilferty(support.noise_degrees, rule.nodes[j]) / support.noise_degrees;
        double const nu = lasso.nu / a, root_v = std::sqrt(lasso.v_interference / a + lasso.v_noise * r);
        errors += rule.weights[i] * rule.weights[j] *
                  (2 * (problem.p - problem.s) * normal_upper_tail(1 / root_v) +
                   problem.s * normal_upper_tail((problem.rho - nu) / (nu * root_v)));
      }
    double const infinity = std::numeric_limits<double>::infinity();
    double const expected = std::log(errors);
    EXPECT_NEAR(fluctuation.expected_errors(lambda, infinity).log_total, expected, 1e-12);
    EXPECT_NEAR(fluctuation.expected_errors(lambda, expected + 1e-6).log_total, expected, 1e-12);
    EXPECT_NEAR(fluctuation.expected_errors(lambda, expected).log_total, expected, 1e-12);
    EXPECT_EQ(fluctuation.expected_errors(lambda, expected - 0.7).log_total, infinity);
  }
}

TEST(LassoSuccess, ErrorsFarBelowTheSmallestNumberKeepTheirLogarithm) {
  RecoveryProblem const problem{512, 2, 1, {{1e6, 0.01}}};
  std::vector<double> const weights{1};
  Fluctuation const fluctuation(problem, support_equivalent(problem.blocks, weights, 2).value());
  auto const log_errors = [&](double lambda) {
    return fluctuation.expected_errors(lambda, std::numeric_limits<double>::infinity()).log_total;
  };
  // A dual needs 707 standard deviations; above rho/2 a sign needs fewer, which no double can hold either.
  EXPECT_LT(log_errors(0.5), -2e4);
  EXPECT_GT(log_errors(0.6), 0.7 * log_errors(0.4));
  EXPECT_TRUE(std::isfinite(log_errors(0.5)));
}

TEST(LassoSuccess, IsZeroWithoutEnoughRows) {
  RecoveryProblem const problem{512, 8, 1, {{4, 0.5}, {4, 1}}};
  EXPECT_EQ(lasso_success(problem, std::vector<double>{1, 1}, 0.4), 0);
}

TEST(LassoSuccess, IncreasesWithRowsAndDecreasesWithNoise) {
  double last = 0;
  for (double n = 60; n <= 400; n += 20) {
    RecoveryProblem const problem{512, 8, 1, {{n / 2, 0.5}, {n / 2, 0.5}}};
    double const success = lasso_success(problem, std::vector<double>{1, 1}, 0.4);
    EXPECT_GE(success, last);
    last = success;
  }
  EXPECT_GT(last, 0.999);
  for (double sigma = 0.5; sigma < 3; sigma += 0.25) {
    RecoveryProblem const problem{512, 8, 1, {{200, 0.5}, {200, sigma}}};
    double const success = lasso_success(problem, std::vector<double>{1, 1}, 0.4);
    EXPECT_LE(success, last);
    last = success;
  }
}

TEST(HermitePairs, AreTheProductRuleHeaviestFirst) {
  double sum = 0, second_moment = 0, last = 1;
  for (auto const& pair : hermite_pairs()) {
    EXPECT_LE(pair.weight, last);
    last = pair.weight;
    sum += pair.weight;
    double const x = hermite_rule().nodes[pair.first], y = hermite_rule().nodes[pair.second];
    second_moment += pair.weight * x * x * y * y;
    EXPECT_DOUBLE_EQ(pair.log_weight, std::log(pair.weight));
  }
  EXPECT_NEAR(sum, 1, 1e-14);
  EXPECT_NEAR(second_moment, 1, 1e-13);
}

}  // namespace
