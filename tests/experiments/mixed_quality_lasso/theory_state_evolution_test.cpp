#include "experiments/mixed_quality_lasso/bracketed_root.hpp"
#include "experiments/mixed_quality_lasso/gaussian.hpp"
#include "experiments/mixed_quality_lasso/state_evolution.hpp"
#include "experiments/mixed_quality_lasso/weights.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace thresher::mixed_quality_lasso;

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

TEST(BracketedRoot, FindsRootsAndReportsTheirAbsence) {
  double const infinity = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(bracketed_root([](double x) { return x * x * x - 2; }, 0, 5, 1e-14), std::cbrt(2), 1e-13);
  EXPECT_NEAR(bracketed_root([infinity](double x) { return x < 1 ? -1.0 : infinity; }, 0, 5, 1e-12), 1,
              1e-11);
  auto const shifted = [](double root) { return [root](double x) { return std::atan(x - root); }; };
  EXPECT_NEAR(increasing_root(shifted(300), {0, -500, 500}, 1e-12), 300, 1e-11);
  EXPECT_NEAR(increasing_root(shifted(-300), {0, -500, 500}, 1e-12), -300, 1e-11);
  EXPECT_EQ(increasing_root([](double) { return 1.0; }, {0, -500, 500}, 1e-12), -infinity);
  EXPECT_EQ(increasing_root([](double) { return -1.0; }, {0, -500, 500}, 1e-12), infinity);
  EXPECT_EQ(increasing_root([](double) { return std::nan(""); }, {0, -500, 500}, 1e-12), infinity);
}

}  // namespace
