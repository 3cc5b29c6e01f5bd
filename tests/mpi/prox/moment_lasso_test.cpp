#include "prox/moment_lasso.hpp"

#include "mpi/partition.hpp"
#include "prox/gram_lasso.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace thresher::prox {
namespace {

constexpr std::int64_t kVariables = 30;
constexpr std::int64_t kProblems = 7;

/// Moments of a regression with `kProblems` right-hand sides, the same on all ranks.
struct Moments {
  linalg::DenseMatrix gram{kVariables, kVariables};
  linalg::DenseMatrix h{kVariables, kProblems};

  Moments() {
    std::mt19937_64 draw(3);
    std::normal_distribution<double> normal;
    constexpr std::int64_t kRows = 80;
    linalg::DenseMatrix a(kRows, kVariables);
    linalg::DenseMatrix b(kRows, kProblems);
    for (double& entry : a.values()) entry = normal(draw);
    for (double& entry : b.values()) entry = normal(draw);
    for (std::int64_t k = 0; k < kProblems; ++k)
      for (std::int64_t i = 0; i < kRows; ++i) b(i, k) += 2 * a(i, k) - a(i, k + 9);
    linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1.0 / kRows, a.view(), a.view(), 0,
                 gram.view());
    linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1.0 / kRows, a.view(), b.view(), 0, h.view());
  }
};

/// The problems of this rank.
struct Share {
  mpi::Range own;
  linalg::ConstMatrixView h;
  linalg::DenseMatrix weights;
};

Share share_of(mpi::Communicator const& comm, Moments const& moments, double weight) {
  auto const own = mpi::share(kProblems, comm.rank(), comm.size());
  Share share{own, moments.h.columns_from(own.begin, own.size()), {kVariables, own.size()}};
  std::ranges::fill(share.weights.values(), weight);
  return share;
}

TEST(MomentLasso, AgreesWithCoordinateDescent) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Moments const moments;
  auto const mine = share_of(world, moments, 0.3);
  auto const found = solve(world, {moments.gram.view(), mine.h, mine.weights.view()}, {.tolerance = 1e-12});
  EXPECT_TRUE(found.converged);
  for (std::int64_t k = 0; k < mine.own.size(); ++k) {
    std::vector<double> beta(kVariables, 0.0);
    GramLasso const one{moments.gram.view(), mine.h.column(k), 1e3, 0.3, kVariables};
    solve(one, {.gap = 0, .max_sweeps = 10000}, beta);
    int support = 0;
    for (std::int64_t j = 0; j < kVariables; ++j) {
      EXPECT_NEAR(found.own_coefficients(j, k), beta[static_cast<std::size_t>(j)], 1e-10);
      EXPECT_EQ(found.own_coefficients(j, k) == 0, beta[static_cast<std::size_t>(j)] == 0);
      support += beta[static_cast<std::size_t>(j)] != 0 ? 1 : 0;
    }
    EXPECT_GT(support, 1);
    EXPECT_LT(support, kVariables / 2);
  }
}

TEST(MomentLasso, WithARidgeAloneSolvesTheNormalEquations) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Moments const moments;
  auto const mine = share_of(world, moments, 0);
  double const ridge = 0.25;
  auto const found =
      solve(world, {moments.gram.view(), mine.h, mine.weights.view(), ridge}, {.tolerance = 1e-13});
  auto regular = moments.gram;
  for (std::int64_t j = 0; j < kVariables; ++j) regular(j, j) += ridge;
  ASSERT_TRUE(linalg::potrf(linalg::Triangle::lower, regular.view()));
  auto expected = moments.h;
  linalg::potrs(linalg::Triangle::lower, regular.view(), expected.view());
  for (std::int64_t k = 0; k < mine.own.size(); ++k)
    for (std::int64_t j = 0; j < kVariables; ++j)
      EXPECT_NEAR(found.own_coefficients(j, k), expected(j, mine.own.begin + k), 1e-11);
}

TEST(MomentLasso, ObeysAWeightForEachCoefficient) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Moments const moments;
  auto mine = share_of(world, moments, 0.1);
  for (std::int64_t k = 0; k < mine.own.size(); ++k) mine.weights(mine.own.begin + k, k) = 100;
  auto const found = solve(world, {moments.gram.view(), mine.h, mine.weights.view()}, {.tolerance = 1e-12});
  for (std::int64_t k = 0; k < mine.own.size(); ++k) {
    EXPECT_EQ(found.own_coefficients(mine.own.begin + k, k), 0);  // the strongest one, but too dear
    EXPECT_LT(found.own_coefficients(mine.own.begin + k + 9, k), -0.1);
  }
}

TEST(MomentLasso, SaysWhetherItConverged) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Moments const moments;
  auto const mine = share_of(world, moments, 0.3);
  MomentLasso const problem{moments.gram.view(), mine.h, mine.weights.view()};
  auto const cut = solve(world, problem, {.tolerance = 1e-14, .max_iterations = 3});
  EXPECT_FALSE(cut.converged);
  EXPECT_EQ(cut.iterations, 3);
  EXPECT_GT(cut.residual, 0);
  auto const stopped = solve(world, problem, {.tolerance = 1e-14, .stopping = [] { return true; }});
  EXPECT_TRUE(stopped.stopped);
  EXPECT_EQ(stopped.iterations, 10);
}

TEST(LargestEigenvalueBound, IsAboveAndClose) {
  auto const world = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  Moments const moments;
  auto copy = moments.gram;
  std::vector<double> values(kVariables);
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, copy.view(), values);
  double const bound = largest_eigenvalue_bound(world, moments.gram.view());
  EXPECT_GE(bound, values.back() * (1 - 1e-14));
  EXPECT_LE(bound, values.back() * (1 + 2e-8));
}

}  // namespace
}  // namespace thresher::prox
