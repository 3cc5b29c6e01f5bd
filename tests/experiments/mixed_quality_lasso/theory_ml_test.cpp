#include "experiments/mixed_quality_lasso/theory/ml_union_bound.hpp"
#include "numerics/normal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace {

using namespace thresher::mixed_quality_lasso;
using namespace thresher::numerics;

RecoveryProblem small_problem() {
  return {20, 3, 1, {{10, 0.5}, {40, 1}}};
}

TEST(MaximumLikelihood, ReferenceValues) {
  auto const problem = small_problem();
  std::vector<double> const agnostic{1, 1}, informed{4, 1};
  EXPECT_NEAR(std::exp(log_pairwise_error(problem, agnostic, 1)), 9.95538e-7, 5e-13);
  EXPECT_NEAR(std::exp(log_pairwise_error(problem, informed, 1)), 1.07055e-7, 5e-13);
  EXPECT_NEAR(ml_failure_union_bound(problem, agnostic), 5.0927e-5, 5e-10);
  EXPECT_NEAR(ml_failure_union_bound(problem, informed), 5.4690e-6, 5e-11);
}

TEST(MaximumLikelihood, ErrorsDoNotDependOnTheScaleOfTheWeights) {
  auto const problem = small_problem();
  std::vector<double> const weights{2.5, 0.625}, scaled{4e3, 1e3};
  EXPECT_NEAR(log_pairwise_error(problem, weights, 2), log_pairwise_error(problem, scaled, 2), 1e-12);
}

/// log (1/pi) int_0^{pi/2} prod_g (1 + m rho^2/(2 sigma_g^2 sin^2 phi))^{-n_g/2} dphi (Craig 1991), the
/// informed pairwise error, by the midpoint rule.
double craig(RecoveryProblem const& problem, double m) {
  int const cells = 20000;
  std::vector<double> logs;
  for (int k = 0; k < cells; ++k) {
    double const sine = std::sin((k + 0.5) * std::numbers::pi / 2 / cells);
    double log = 0;
    for (auto const& block : problem.blocks)
      log -= 0.5 * block.rows *
             std::log1p(m * problem.rho * problem.rho / (2 * std::pow(block.sigma * sine, 2)));
    logs.push_back(log);
  }
  double const largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (double const log : logs) sum += std::exp(log - largest);
  return largest + std::log(sum / cells / 2);
}

TEST(MaximumLikelihood, InformedErrorsFollowCraigsFormula) {
  for (double const n1 : {1.0, 2.0, 10.0, 300.0, 1e6})
    for (double const n2 : {0.0, 1.0, 30.0, 1e5})
      for (double const m : {1.0, 3.0, 40.0}) {
        RecoveryProblem const problem{200, 50, 0.9, {{n1, 0.5}, {n2, 2}}};
        std::vector<double> const weights{4, 0.25};
        double const reference = craig(problem, m);
        EXPECT_NEAR(log_pairwise_error(problem, weights, m), reference, 2e-6 + 1e-12 * std::abs(reference))
            << n1 << " " << n2 << " " << m;
      }
}

/// E Q(sqrt(2m) rho (a+b)/(2 sqrt(sigma1^2 a + sigma2^2 b))) over chi-squares a, b: the agnostic pairwise
/// error, by the trapezoidal rule in log a and log b.
double agnostic_by_trapezoid(RecoveryProblem const& problem, double m) {
  int const nodes = 801;
  struct Axis {
    std::vector<double> value, mass;
  };
  auto const axis = [&](double k) {
    Axis result;
    double const lower = std::log(1e-8 * k), upper = std::log(k + 12 * std::sqrt(2 * k) + 40);
    for (int i = 0; i < nodes; ++i) {
      double const log_a = lower + (upper - lower) * i / (nodes - 1);
      double const log_density =
          0.5 * k * log_a - 0.5 * std::exp(log_a) - 0.5 * k * std::numbers::ln2 - std::lgamma(0.5 * k);
      result.value.push_back(std::exp(log_a));
      result.mass.push_back(std::exp(log_density) * (upper - lower) / (nodes - 1));
    }
    return result;
  };
  auto const& [first, second] = std::pair(problem.blocks[0], problem.blocks[1]);
  auto const a = axis(first.rows), b = axis(second.rows);
  double sum = 0;
  for (std::size_t i = 0; i < a.value.size(); ++i)
    for (std::size_t j = 0; j < b.value.size(); ++j)
      sum += a.mass[i] * b.mass[j] *
             normal_upper_tail(std::sqrt(2 * m) * problem.rho * (a.value[i] + b.value[j]) /
                               (2 * std::sqrt(first.sigma * first.sigma * a.value[i] +
                                              second.sigma * second.sigma * b.value[j])));
  return sum;
}

TEST(MaximumLikelihood, AgnosticErrorsAreTheExpectationOverTwoChiSquares) {
  struct Case {
    double n1, n2, sigma1, sigma2, m;
  };
  for (auto const& c :
       std::vector<Case>{{10, 40, 0.5, 1, 1}, {4, 20, 0.3, 3, 1}, {14, 6, 0.3, 3, 3}, {60, 5, 1, 4, 2}}) {
    RecoveryProblem const problem{20, 3, 1, {{c.n1, c.sigma1}, {c.n2, c.sigma2}}};
    std::vector<double> const weights{1, 1};
    EXPECT_NEAR(std::exp(log_pairwise_error(problem, weights, c.m)) / agnostic_by_trapezoid(problem, c.m), 1,
                1e-7);
  }
}

TEST(MaximumLikelihood, PairwiseErrorsAgreeWithSimulation) {
  std::mt19937_64 random(3);
  std::normal_distribution<> normal;
  struct Case {
    double n1, n2, m;
    std::vector<double> weights;
  };
  for (auto const& c :
       std::vector<Case>{{1, 0, 1, {1, 1}}, {2, 5, 1, {1, 1}}, {3, 4, 2, {4, 1}}, {0, 9, 1, {1, 1}}}) {
    RecoveryProblem const problem{20, 3, 0.7, {{c.n1, 0.5}, {c.n2, 1}}};
    int const draws = 400000;
    int errors = 0;
    for (int draw = 0; draw < draws; ++draw) {
      double gap = 0;
      for (std::size_t g = 0; g < 2; ++g)
        for (double row = 0; row < problem.blocks[g].rows; ++row) {
          double const difference = std::sqrt(2 * c.m) * problem.rho * normal(random);
          gap += c.weights[g] * difference * (difference - 2 * problem.blocks[g].sigma * normal(random));
        }
      errors += gap < 0 ? 1 : 0;
    }
    double const rate = static_cast<double>(errors) / draws;
    EXPECT_NEAR(std::exp(log_pairwise_error(problem, c.weights, c.m)), rate, 4 * std::sqrt(rate / draws));
  }
}

TEST(MaximumLikelihood, ManyRowsStayAccurate) {
  // Homogeneous noise: agnostic and informed are one decoder, and Craig's formula is exact.
  RecoveryProblem const problem{1e6, 50, 0.01, {{4e5, 1}, {6e5, 1}}};
  std::vector<double> const weights{1, 1};
  for (double const m : {1.0, 20.0})
    EXPECT_NEAR(log_pairwise_error(problem, weights, m), craig(problem, m), 1e-6);
}

TEST(MaximumLikelihood, UnionBoundHoldsForExhaustiveSearch) {
  std::mt19937_64 random(17);
  std::normal_distribution<> normal;
  std::size_t const p = 8;
  RecoveryProblem const problem{8, 2, 1, {{6, 0.5}, {6, 1.5}}};
  for (auto const& weights : {std::vector<double>{1, 1}, std::vector<double>{9, 1}}) {
    int const trials = 4000;
    int failures = 0;
    for (int trial = 0; trial < trials; ++trial) {
      std::vector<double> x(12 * p), y(12);
      for (std::size_t i = 0; i < 12; ++i) {
        for (std::size_t j = 0; j < p; ++j) x[i * p + j] = normal(random);
        y[i] = x[i * p] + x[i * p + 1] + (i < 6 ? 0.5 : 1.5) * normal(random);
      }
      auto const loss = [&](std::size_t j, std::size_t k) {
        double sum = 0;
        for (std::size_t i = 0; i < 12; ++i)
          sum += weights[i < 6 ? 0 : 1] * std::pow(y[i] - x[i * p + j] - x[i * p + k], 2);
        return sum;
      };
      double const truth = loss(0, 1);
      bool fails = false;
      for (std::size_t j = 0; j < p; ++j)
        for (std::size_t k = j + 1; k < p; ++k)  // the truth against itself would be decided by rounding
          fails = fails || (k > 1 && loss(j, k) < truth);
      failures += fails ? 1 : 0;
    }
    double const rate = static_cast<double>(failures) / trials;
    double const bound = ml_failure_union_bound(problem, weights);
    EXPECT_LE(rate, bound + 3 * std::sqrt(rate / trials));
    EXPECT_GT(rate, bound / 10);
    EXPECT_LT(bound, 1);
  }
}

TEST(MaximumLikelihood, BoundIsAProbability) {
  std::vector<double> const weights{1, 1};
  EXPECT_EQ(ml_failure_union_bound({20, 3, 1, {{1, 1}, {0, 1}}}, weights), 1);
  EXPECT_EQ(ml_failure_union_bound({1e6, 5000, 1, {{10, 1}, {10, 1}}}, weights), 1);
  EXPECT_LT(ml_failure_union_bound({1e6, 300, 1, {{5e4, 0.1}, {5e4, 1}}}, weights), 1e-300);
  EXPECT_NEAR(log_pairwise_error({20, 3, 1, {{0, 1}, {0, 1}}}, weights, 1), -std::numbers::ln2, 1e-15);
}

TEST(MaximumLikelihood, NearlyNoiselessRowsStayAccurate) {
  std::vector<double> const weights{1, 1};
  RecoveryProblem const problem{20, 3, 1, {{5, 1e-9}, {5, 1e-9}}};
  EXPECT_NEAR(log_pairwise_error(problem, weights, 1), craig(problem, 1), 1e-6);
}

}  // namespace
