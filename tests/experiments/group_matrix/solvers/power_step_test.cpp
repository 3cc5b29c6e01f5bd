#include "experiments/group_matrix/solvers/power_step.hpp"

#include "programs.hpp"

#include <gtest/gtest.h>

// Steps of block power iteration on a matrix that stays as it is.

namespace thresher::group_matrix {
namespace {

using namespace testing;

/// Columns x rows, with singular values 40, 39, ..., so many of them, and then small ones.
std::vector<DenseMatrix> panel_with(std::int64_t large) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> normal;
  DenseMatrix noise(60, 90);
  for (double& entry : noise.values()) entry = normal(generator);
  DenseMatrix u(60, 60), vt(60, 90), panel(60, 90);
  std::vector<double> values(60);
  linalg::gesdd(noise.view(), values, u.view(), vt.view());
  for (std::int64_t k = 0; k < 60; ++k)
    for (double& entry : u.column(k))
      entry *= k < large ? static_cast<double>(40 - k) : 0.01 * static_cast<double>(60 - k);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, u.view(), vt.view(), 0, panel.view());
  std::vector<DenseMatrix> panels;
  panels.push_back(std::move(panel));
  return panels;
}

DenseMatrix product_of(ThresholdedRows const& rows) {
  DenseMatrix result(rows.vectors.rows(), rows.coefficients.columns());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, rows.vectors.view(), rows.coefficients.view(),
               0, result.view());
  return result;
}

ThresholdedRows step_of(std::vector<DenseMatrix> const& panels, double threshold,
                        prox::SubspaceEffort const& effort, DenseMatrix& start) {
  auto const comm = mpi::Communicator::self();
  PowerStep const step{0, panels.front().columns(), threshold, &start};
  return power_steps(comm, PanelRows(panels), {&step, 1}, effort).front();
}

TEST(PowerStep, ComesToTheWholeDecomposition) {
  for (std::int64_t const large : {4, 30}) {  // within the first block, and beyond it
    auto const panels = panel_with(large);
    auto const expected = thresholded(panels.front(), 8);
    for (std::int64_t const passes : {1, 2}) {
      DenseMatrix start(60, 0);
      ThresholdedRows rows;
      for (int step = 0; step < 12; ++step)
        rows = step_of(panels, 8, {.guard = 4, .products = passes + 1}, start);
      ASSERT_EQ(rows.rank(), large);
      EXPECT_LT(distance(product_of(rows), expected), 1e-9 * norm(expected)) << large;
      EXPECT_NEAR(rows.singular_values.front(), 40, 1e-9);
      double nuclear = 0;
      for (std::int64_t k = 0; k < large; ++k) nuclear += 32 - static_cast<double>(k);
      EXPECT_NEAR(rows.nuclear_norm(), nuclear, 1e-8);
    }
  }
}

TEST(PowerStep, KeepsTheLargestOnesOfAsManyAsAllowed) {
  auto const panels = panel_with(30);
  DenseMatrix start(60, 0);
  ThresholdedRows rows;
  for (int step = 0; step < 60; ++step) rows = step_of(panels, 8, {.guard = 4, .most = 5}, start);
  ASSERT_EQ(rows.rank(), 5);
  for (std::int64_t k = 0; k < 5; ++k)
    EXPECT_NEAR(rows.singular_values[static_cast<std::size_t>(k)], static_cast<double>(40 - k), 1e-6);
}

TEST(PowerStep, OfNothingIsNothing) {
  std::vector<DenseMatrix> panels;
  panels.emplace_back(60, 90);
  DenseMatrix start(60, 0);
  auto const rows = step_of(panels, 1, {}, start);
  EXPECT_EQ(rows.rank(), 0);
  EXPECT_EQ(rows.coefficients.columns(), 90);
  EXPECT_EQ(rows.nuclear_norm(), 0);
}

}  // namespace
}  // namespace thresher::group_matrix
