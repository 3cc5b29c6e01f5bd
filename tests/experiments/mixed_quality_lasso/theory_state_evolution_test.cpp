#include "experiments/mixed_quality_lasso/theory/null_threshold_risk.hpp"
#include "experiments/mixed_quality_lasso/theory/state_evolution.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "numerics/normal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace thresher::mixed_quality_lasso;
using namespace thresher::numerics;

double soft_threshold(double x, double nu) {
  return std::copysign(std::max(std::abs(x) - nu, 0.0), x);
}

/// E (eta(beta + t Z; nu) - beta)^2 by the midpoint rule.
double risk_by_quadrature(double beta, double t, double nu) {
  int const cells = 200000;
  double const end = 12, step = 2 * end / cells;
  double sum = 0;
  for (int k = 0; k < cells; ++k) {
    double const z = -end + (k + 0.5) * step;
    double const error = soft_threshold(beta + t * z, nu) - beta;
    sum += error * error * normal_density(z);
  }
  return sum * step;
}

TEST(StateEvolution, ActiveRiskIsTheIntegralOfTheSoftThreshold) {
  for (double const t : {0.05, 0.3, 1.0, 4.0})
    for (double const nu : {0.0, 0.2, 0.9, 2.5}) {
      EXPECT_NEAR(active_threshold_risk(1, t, nu) / risk_by_quadrature(1, t, nu), 1, 1e-6) << t << " " << nu;
      EXPECT_NEAR(active_threshold_risk(0, t, nu), risk_by_quadrature(0, t, nu), 1e-6 * t * t);
    }
}

/// 2 int_0^inf u^2 phi(x + u) du by Simpson's rule.
double null_risk_by_quadrature(double x) {
  int const intervals = 20000;
  double const end = 12.0 / std::max(1.0, 0.3 * x), step = end / intervals;
  double sum = 0;
  for (int k = 0; k <= intervals; ++k) {
    double const u = k * step;
    double const weight = k == 0 || k == intervals ? 1 : (k % 2 == 1 ? 4 : 2);
    sum += weight * u * u * std::exp(-x * u - 0.5 * u * u);
  }
  return 2 * normal_density(x) * sum * step / 3;
}

TEST(StateEvolution, NullRiskIsTheIntegralOfTheSquaredSoftThreshold) {
  for (double const x : {0.0, 0.5, 1.7, 2.99, 3.01, 4.0, 6.0, 10.0, 20.0, 37.0})
    EXPECT_NEAR(null_threshold_risk(x) / null_risk_by_quadrature(x), 1, 1e-11) << x;
  EXPECT_DOUBLE_EQ(null_threshold_risk(0), 1);
}

TEST(StateEvolution, NullRiskIsTheActiveRiskAtZero) {
  for (double const nu : {0.0, 0.5, 2.0, 3.5})
    EXPECT_NEAR(null_threshold_risk(nu), active_threshold_risk(0, 1, nu), 1e-14);
}

TEST(StateEvolution, ReferenceValues) {
  RecoveryProblem const agnostic{512, 8, 1, {{100, 0.5}, {100, 1}}};
  auto const state = state_evolution(agnostic, std::vector<double>{1, 1}, 0.4);
  EXPECT_NEAR(state.estimation_error / 8, 0.184148, 5e-7);
  EXPECT_NEAR(state.degrees_of_freedom, 8.023846, 5e-7);

  RecoveryProblem const weighted{1000, 50, 1, {{200, 0.5}, {300, 3}}};
  auto const many = state_evolution(weighted, row_weights(weighted, Weighting::interference, 0.25), 0.25);
  EXPECT_NEAR(many.estimation_error / 50, 0.1178, 5e-5);
  EXPECT_NEAR(950 * many.false_positive_rate / many.degrees_of_freedom, 0.3185, 5e-5);
}

/// One application of the map, written as the formulas stand.
struct Iterate {
  double kappa, error;
};
Iterate apply(RecoveryProblem const& problem, std::span<double const> weights, double lambda, Iterate at) {
  double const n = total_rows(problem.blocks);
  auto const m = [&](std::size_t g) { return weights[g] / (1 + weights[g] * at.kappa); };
  double const mean = row_average(problem.blocks, m);
  double const t =
      std::sqrt(row_average(problem.blocks,
                            [&](std::size_t g) {
                              return m(g) * m(g) * (std::pow(problem.blocks[g].sigma, 2) + at.error);
                            }) /
                (n * mean * mean));
  double const nu = lambda / mean;
  double const selected =
      problem.s * (normal_upper_tail((nu - problem.rho) / t) + normal_cdf((-nu - problem.rho) / t)) +
      (problem.p - problem.s) * 2 * normal_upper_tail(nu / t);
  double const error = problem.s * active_threshold_risk(problem.rho, t, nu) +
                       (problem.p - problem.s) * t * t * null_threshold_risk(nu / t);
  return {selected / (n * mean), error};
}

TEST(StateEvolution, IsTheFixedPointOfTheMap) {
  RecoveryProblem problem{512, 8, 1, {{0, 0.25}, {0, 1}}};
  for (double const n : {20.0, 55.0, 110.0, 330.0})
    for (double const lambda : {0.02, 0.1, 0.4, 0.98, 3.0})
      for (auto const weighting :
           {Weighting::agnostic, Weighting::inverse_variance, Weighting::interference}) {
        problem.blocks[0].rows = 0.4 * n;
        problem.blocks[1].rows = 0.6 * n;
        auto const weights = row_weights(problem, weighting, lambda);
        auto const state = state_evolution(problem, weights, lambda);
        auto const next = apply(problem, weights, lambda, {state.kappa, state.estimation_error});
        EXPECT_NEAR(next.kappa / state.kappa, 1, 1e-10);
        EXPECT_NEAR(next.error / state.estimation_error, 1, 1e-10);
        EXPECT_LT(state.degrees_of_freedom, n);
      }
}

TEST(StateEvolution, DampedIterationEndsThereWhereItConverges) {
  RecoveryProblem const problem{2000, 30, 0.8, {{150, 0.3}, {100, 0.7}, {200, 2}}};
  for (auto const weighting : {Weighting::agnostic, Weighting::inverse_variance})
    for (double const lambda : {0.05, 0.2, 0.5}) {
      auto const weights = row_weights(problem, weighting, lambda);
      Iterate iterate{0, problem.s * problem.rho * problem.rho};
      for (int step = 0; step < 3000; ++step) {
        auto const next = apply(problem, weights, lambda, iterate);
        iterate = {0.5 * (iterate.kappa + next.kappa), 0.5 * (iterate.error + next.error)};
      }
      auto const state = state_evolution(problem, weights, lambda);
      EXPECT_NEAR(state.kappa / iterate.kappa, 1, 1e-11);
      EXPECT_NEAR(state.estimation_error / iterate.error, 1, 1e-11);
    }
}

TEST(StateEvolution, AHugePenaltySelectsNothing) {
  RecoveryProblem const problem{512, 8, 1, {{200, 0.5}}};
  auto const state = state_evolution(problem, std::vector<double>{1}, 1e6);
  EXPECT_EQ(state.degrees_of_freedom, 0);
  EXPECT_NEAR(state.estimation_error, 8, 1e-10);
}

TEST(StateEvolution, IsInvariantUnderScaling) {
  RecoveryProblem const problem{512, 8, 1, {{60, 0.5}, {60, 1}}};
  for (double const c : {1e-8, 3.0, 1e8}) {
    RecoveryProblem const scaled{512, 8, c, {{60, 0.5 * c}, {60, c}}};
    std::vector<double> const weights{1.3, 0.7};
    auto const a = state_evolution(problem, weights, 0.3), b = state_evolution(scaled, weights, 0.3 * c);
    EXPECT_NEAR(b.estimation_error / (c * c * a.estimation_error), 1, 1e-11);
    EXPECT_NEAR(b.degrees_of_freedom / a.degrees_of_freedom, 1, 1e-11);
    EXPECT_NEAR(b.nu / (c * a.nu), 1, 1e-11);
  }
}

}  // namespace
