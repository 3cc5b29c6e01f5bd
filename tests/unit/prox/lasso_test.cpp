#include "problems.hpp"
#include "prox/fista_lasso.hpp"
#include "prox/gram_lasso.hpp"
#include "prox/operators.hpp"
#include "prox/polish.hpp"
#include "prox/spectral_norm.hpp"
#include "prox/working_set.hpp"

#include <gtest/gtest.h>
#include <petscsys.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace thresher;
using thresher::testing::dense;
using thresher::testing::random_regression;
using thresher::testing::Regression;

mpi::Communicator const& self() {
  static mpi::Communicator const comm = mpi::Communicator::self();
  return comm;
}

prox::LassoSolution by_working_set(Regression const& regression, double lambda,
                                   prox::LassoOptions options = {}) {
  auto const design = regression.design(self());
  return prox::WorkingSet(design, regression.b, options).solve(lambda);
}

prox::LassoSolution by_fista(Regression const& regression, double lambda, prox::LassoOptions options = {}) {
  auto const design = regression.design(self());
  return prox::FistaLasso(self(), regression.columns, "test_").solve(design, regression.b, lambda, options);
}

/// |A_j.r|/n = lambda sign on the support, at most lambda off it.
void expect_optimal(Regression const& regression, double lambda, prox::LassoSolution const& solution) {
  auto const beta = dense(solution.coefficients, regression.columns);
  std::vector<double> r(regression.b);
  for (std::int64_t j = 0; j < regression.columns; ++j)
    for (std::int64_t i = 0; i < regression.rows; ++i)
      r[i] -= regression.a[j * regression.rows + i] * beta[j];
  for (std::int64_t i = 0; i < regression.rows; ++i) EXPECT_NEAR(r[i], solution.residual[i], 1e-10);
  for (std::int64_t j = 0; j < regression.columns; ++j) {
    double const c = regression.product(j, r) / static_cast<double>(regression.rows);
    if (beta[j] != 0)
      EXPECT_NEAR(c, std::copysign(lambda, beta[j]), 1e-10 * lambda) << "column " << j;
    else
      EXPECT_LE(std::abs(c), lambda * (1 + 1e-9)) << "column " << j;
  }
}

struct Case {
  std::int64_t rows, columns, active;
  double noise, lambda;
};
// Easy, many false positives, more columns than can be independent, tiny.
Case const cases[] = {
    {100, 300, 8, 0.5, 0.4}, {100, 300, 8, 1.0, 0.15}, {40, 400, 20, 0.5, 0.05}, {7, 2, 1, 0.3, 0.2}};

TEST(WorkingSet, MeetsTheOptimalityConditions) {
  for (auto const& c : cases) {
    auto const regression = random_regression(c.rows, c.columns, c.active, c.noise, 11);
    auto const solution = by_working_set(regression, c.lambda);
    EXPECT_TRUE(solution.converged);
    EXPECT_TRUE(solution.polished);
    EXPECT_GE(solution.relative_gap, -1e-14);
    EXPECT_LE(solution.relative_gap, prox::kPolishedGap);
    expect_optimal(regression, c.lambda, solution);
  }
}

TEST(Fista, AgreesWithTheWorkingSet) {
  for (auto const& c : cases) {
    auto const regression = random_regression(c.rows, c.columns, c.active, c.noise, 12);
    auto const expected = by_working_set(regression, c.lambda);
    auto const solution = by_fista(regression, c.lambda);
    EXPECT_TRUE(solution.converged);
    EXPECT_TRUE(solution.polished);
    EXPECT_GE(solution.relative_gap, -1e-14);
    ASSERT_EQ(solution.coefficients.indices, expected.coefficients.indices);
    for (std::size_t k = 0; k < expected.coefficients.values.size(); ++k)
      EXPECT_NEAR(solution.coefficients.values[k], expected.coefficients.values[k], 1e-8);
    expect_optimal(regression, c.lambda, solution);
  }
}

TEST(WorkingSet, IsZeroExactlyFromTheLargestLambdaOn) {
  auto const regression = random_regression(50, 80, 5, 0.5, 13);
  auto const design = regression.design(self());
  prox::WorkingSet solver(design, regression.b, {});
  double const largest = solver.largest_lambda();
  double expected = 0;
  for (std::int64_t j = 0; j < 80; ++j)
    expected = std::max(expected, std::abs(regression.product(j, regression.b)) / 50);
  EXPECT_NEAR(largest, expected, 1e-12);
  EXPECT_TRUE(solver.solve(largest * (1 + 1e-9)).coefficients.indices.empty());
  EXPECT_EQ(solver.solve(largest * (1 - 1e-3)).coefficients.indices.size(), 1u);
}

TEST(WorkingSet, IsTheSoftThresholdOfAnOrthogonalDesign) {
  // Columns of a Hadamard matrix: A^T A = n I.
  std::int64_t const n = 32;
  Regression regression{n, n, std::vector<double>(n * n), std::vector<double>(n)};
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i)
      regression.a[j * n + i] =
          __builtin_popcountll(static_cast<unsigned long long>(i & j)) % 2 == 0 ? 1 : -1;
  for (std::int64_t i = 0; i < n; ++i) regression.b[i] = std::sin(1.0 + 3.0 * static_cast<double>(i)) * 2;
  double const lambda = 0.2;
  auto const beta = dense(by_working_set(regression, lambda).coefficients, n);
  int nonzero = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    double const expected = prox::soft_threshold(regression.product(j, regression.b) / n, lambda);
    EXPECT_NEAR(beta[j], expected, 1e-14);
    nonzero += expected != 0;
  }
  EXPECT_GT(nonzero, 3);
}

TEST(WorkingSet, ScreeningKeepsTheSupportAtEveryStep) {
  std::size_t discarded_early = 0;
  for (double const lambda : {0.05, 0.1, 0.3, 0.6}) {
    auto const regression = random_regression(80, 500, 12, 0.5, 14);
    auto const support = by_working_set(regression, lambda).coefficients.indices;
    auto const design = regression.design(self());
    prox::WorkingSet solver(design, regression.b, {});
    solver.start(lambda);
    while (!solver.done()) {
      std::vector<double> products;
      for (auto const column : solver.wanted())
        products.push_back(regression.product(column, solver.residual()));
      solver.take(products);
      auto const kept = solver.candidates();
      EXPECT_TRUE(std::includes(kept.begin(), kept.end(), support.begin(), support.end()));
      if (!solver.done()) discarded_early += 500 - kept.size();
    }
    EXPECT_LT(solver.candidates().size(), 500u);
    EXPECT_EQ(solver.solution().coefficients.indices, support);
  }
  EXPECT_GT(discarded_early, 0u);
}

TEST(WorkingSet, WarmStartsGiveTheColdSolutions) {
  auto const regression = random_regression(60, 200, 10, 0.5, 15);
  auto const design = regression.design(self());
  prox::WorkingSet path(design, regression.b, {});
  double lambda = path.largest_lambda();
  for (int k = 0; k < 30; ++k) {
    lambda *= 0.88;
    auto const warm = path.solve(lambda);
    auto const cold = by_working_set(regression, lambda);
    ASSERT_EQ(warm.coefficients.indices, cold.coefficients.indices) << "at lambda " << lambda;
    for (std::size_t j = 0; j < cold.coefficients.values.size(); ++j)
      EXPECT_NEAR(warm.coefficients.values[j], cold.coefficients.values[j], 1e-9);
    expect_optimal(regression, lambda, warm);
  }
}

TEST(WorkingSet, PermutingColumnsPermutesTheSolution) {
  auto const regression = random_regression(60, 150, 10, 0.5, 16);
  Regression permuted = regression;
  auto const image = [](std::int64_t j) { return (j * 37 + 5) % 150; };
  for (std::int64_t j = 0; j < 150; ++j)
    std::copy_n(regression.a.begin() + j * 60, 60, permuted.a.begin() + image(j) * 60);
  auto const beta = dense(by_working_set(regression, 0.2).coefficients, 150);
  auto const moved = dense(by_working_set(permuted, 0.2).coefficients, 150);
  for (std::int64_t j = 0; j < 150; ++j) EXPECT_NEAR(beta[j], moved[image(j)], 1e-12);
}

TEST(WorkingSet, ReportsTheLargestCorrelationOutsideASet) {
  auto const regression = random_regression(80, 500, 6, 0.5, 17);
  auto const design = regression.design(self());
  prox::WorkingSet solver(design, regression.b, {});
  auto const solution = solver.solve(0.5);
  std::vector<std::int64_t> const excluded{3, 10, 490};
  double expected = 0;
  for (std::int64_t j = 0; j < 500; ++j)
    if (!std::binary_search(excluded.begin(), excluded.end(), j))
      expected = std::max(expected, std::abs(regression.product(j, solution.residual)) / 80);
  EXPECT_NEAR(solver.largest_correlation_outside(excluded), expected, 1e-13);
}

TEST(WorkingSet, RunningOutOfSweepsIsNotConvergence) {
  auto const regression = random_regression(60, 300, 30, 1.0, 18);
  auto const solution = by_working_set(regression, 0.01, {1e-12, 1});
  EXPECT_FALSE(solution.converged);
  EXPECT_EQ(solution.iterations, 1);
}

TEST(WorkingSet, ZeroDataGiveZero) {
  auto regression = random_regression(20, 30, 0, 0.0, 19);
  auto const solution = by_working_set(regression, 0.1);
  EXPECT_TRUE(solution.converged);
  EXPECT_TRUE(solution.coefficients.indices.empty());
  EXPECT_TRUE(by_fista(regression, 0.1).converged);
}

TEST(WorkingSet, DuplicatedColumnsStopAtTheTolerance) {
  auto regression = random_regression(40, 20, 4, 0.2, 20);
  for (std::int64_t j = 0; j < 10; ++j)
    std::copy_n(regression.a.begin() + j * 40, 40, regression.a.begin() + (j + 10) * 40);
  auto const solution = by_working_set(regression, 0.1);
  EXPECT_TRUE(solution.converged);
  EXPECT_LE(solution.relative_gap, 1e-9);
}

TEST(Fista, TaoOptionsActOnIt) {
  auto const regression = random_regression(60, 300, 30, 1.0, 21);
  PetscOptionsSetValue(nullptr, "-test_tao_max_it", "3");
  auto const stopped = by_fista(regression, 0.05);
  EXPECT_EQ(stopped.iterations, 3);
  EXPECT_FALSE(stopped.converged);
  PetscOptionsClearValue(nullptr, "-test_tao_max_it");

  PetscOptionsSetValue(nullptr, "-tao_max_it", "4");
  EXPECT_EQ(by_fista(regression, 0.05).iterations, 4);
  PetscOptionsClearValue(nullptr, "-tao_max_it");
  EXPECT_TRUE(by_fista(regression, 0.05).converged);
}

TEST(Fista, OneSolverServesManyProblems) {
  prox::FistaLasso solver(self(), 200, "test_");
  for (unsigned seed = 30; seed < 33; ++seed) {
    auto const regression = random_regression(60, 200, 6, 0.5, seed);
    auto const design = regression.design(self());
    ASSERT_TRUE(solver.fits(design));
    auto const solution = solver.solve(design, regression.b, 0.3, {});
    EXPECT_EQ(solution.coefficients.indices, by_working_set(regression, 0.3).coefficients.indices);
  }
}

TEST(Polish, RefusesWrongSignsAndSingularSupports) {
  auto const regression = random_regression(30, 50, 4, 0.1, 22);
  auto const design = regression.design(self());
  auto const solution = by_working_set(regression, 0.2);
  auto const again = prox::polish(design, regression.b, 0.2, solution.coefficients);
  ASSERT_TRUE(again.has_value());
  for (std::size_t k = 0; k < again->values.size(); ++k)
    EXPECT_NEAR(again->values[k], solution.coefficients.values[k], 1e-12);
  auto wrong = solution.coefficients;
  wrong.values[0] *= -1;
  EXPECT_FALSE(prox::polish(design, regression.b, 0.2, wrong).has_value());
  prox::SparseVector all;
  for (std::int64_t j = 0; j < 50; ++j) {
    all.indices.push_back(j);
    all.values.push_back(1);
  }
  EXPECT_FALSE(prox::polish(design, regression.b, 0.2, all).has_value());
}

TEST(GramEigenvalue, MatchesTheDenseOne) {
  auto const regression = random_regression(40, 90, 0, 1.0, 23);
  std::vector<double> gram(40 * 40);
  linalg::MatrixView const view(gram.data(), 40, 40);
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1.0 / 40,
               linalg::ConstMatrixView(regression.a.data(), 40, 90), 0, view);
  std::vector<double> eigenvalues(40);
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, view, eigenvalues);
  auto const design = regression.design(self());
  double const found = prox::largest_gram_eigenvalue(design, 20);
  EXPECT_LE(found, eigenvalues.back() * (1 + 1e-12));
  EXPECT_GE(found * 1.02, eigenvalues.back());
  EXPECT_NEAR(prox::largest_gram_eigenvalue(design, 40), eigenvalues.back(), 1e-9);
}

TEST(GramLasso, AgreesWithSubgradientConditions) {
  auto const regression = random_regression(30, 25, 5, 0.5, 24);
  std::vector<double> gram(25 * 25);
  std::vector<double> h(25);
  linalg::MatrixView const view(gram.data(), 25, 25);
  linalg::syrk(linalg::Triangle::lower, linalg::Transpose::yes, 1.0 / 30,
               linalg::ConstMatrixView(regression.a.data(), 30, 25), 0, view);
  linalg::symmetrize(linalg::Triangle::lower, view);
  double data_sq = 0;
  for (double const y : regression.b) data_sq += y * y / 30;
  for (std::int64_t j = 0; j < 25; ++j) h[j] = regression.product(j, regression.b) / 30;
  std::vector<double> beta(25, 0.0);
  auto const outcome = prox::solve(prox::GramLasso{view, h, data_sq, 0.1, 30}, {0.0, 10000}, beta);
  EXPECT_TRUE(outcome.exact);
  for (std::int64_t j = 0; j < 25; ++j) {
    double q = h[j];
    for (std::int64_t k = 0; k < 25; ++k) q -= view(j, k) * beta[k];
    if (beta[j] != 0)
      EXPECT_NEAR(q, std::copysign(0.1, beta[j]), 1e-13);
    else
      EXPECT_LE(std::abs(q), 0.1 + 1e-12);
  }
}

}  // namespace
