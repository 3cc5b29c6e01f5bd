#include "linalg/tiled_matrix.hpp"

#include "../../unit/linalg/sample_matrix.hpp"
#include "linalg/dense_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::linalg {
namespace {

/// Matrices of several tiles, of one, and of fewer rows than ranks, against LAPACK on one rank.
class TiledMatrixTest : public testing::TestWithParam<std::int64_t> {
 protected:
  std::int64_t size() const { return GetParam(); }
  std::int64_t rows() const { return 3 * size() + 5; }
  /// This rank's rows, of all of which every rank can make a part.
  DenseMatrix own_rows(std::int64_t count) const {
    return normal_panel(mpi::share(count, comm_.rank(), comm_.size()), size());
  }
  DenseMatrix gram(std::int64_t count) const {
    auto const all = normal_panel({0, count}, size());
    DenseMatrix made(size(), size());
    syrk(Triangle::lower, Transpose::yes, 1, all.view(), 0, made.view());
    return made;
  }
  DenseMatrix right_hand_sides() const { return normal_panel({1000, 1000 + size()}, 2); }

  mpi::Communicator comm_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
};

TEST_P(TiledMatrixTest, SolvesAsLapackDoes) {
  auto const own = own_rows(rows());
  TiledMatrix tiled(comm_, size());
  tiled.set_gram(own.view());
  ASSERT_TRUE(tiled.factor());
  auto solved = right_hand_sides();
  tiled.solve(solved.view());

  auto whole = gram(rows());
  ASSERT_TRUE(potrf(Triangle::lower, whole.view()));
  auto expected = right_hand_sides();
  potrs(Triangle::lower, whole.view(), expected.view());
  for (std::size_t k = 0; k < expected.values().size(); ++k)
    EXPECT_NEAR(solved.values()[k], expected.values()[k], 1e-10 * std::abs(expected.values()[k]) + 1e-12);
}

TEST_P(TiledMatrixTest, CombinesTwoMatrices) {
  auto const own = own_rows(rows());
  auto const more = own_rows(2 * size());
  TiledMatrix first(comm_, size());
  TiledMatrix second(comm_, size());
  TiledMatrix both(comm_, size());
  first.set_gram(own.view());
  second.set_gram(more.view());
  auto const one = gram(rows());
  auto const other = gram(2 * size());
  // Twice: what has been factored can be made anew.
  for (double const weight : {0.3, 1.7}) {
    both.set_combination(weight, first, 2, second);
    ASSERT_TRUE(both.factor());
    auto solved = right_hand_sides();
    both.solve(solved.view());

    auto whole = one;
    for (std::size_t k = 0; k < whole.values().size(); ++k)
      whole.values()[k] = weight * one.values()[k] + 2 * other.values()[k];
    ASSERT_TRUE(potrf(Triangle::lower, whole.view()));
    auto expected = right_hand_sides();
    potrs(Triangle::lower, whole.view(), expected.view());
    for (std::size_t k = 0; k < expected.values().size(); ++k)
      EXPECT_NEAR(solved.values()[k], expected.values()[k], 1e-10 * std::abs(expected.values()[k]) + 1e-12);
  }
}

TEST_P(TiledMatrixTest, SaysOfASingularMatrixThatItIs) {
  // One row fewer than columns; it can be filled and factored again afterwards.
  TiledMatrix tiled(comm_, size());
  auto const few = own_rows(size() - 1);
  tiled.set_gram(few.view());
  tiled.set_sum([&](mpi::Range columns, MatrixView panel) {
    for (std::int64_t j = 0; j < columns.size(); ++j)
      panel(j, j) += columns.begin + j + 1 < size() ? 1.0 : -1.0;
  });
  EXPECT_FALSE(tiled.factor());
  TiledMatrix next(comm_, size());
  auto const own = own_rows(rows());
  next.set_gram(own.view());
  EXPECT_TRUE(next.factor());
}

INSTANTIATE_TEST_SUITE_P(Sizes, TiledMatrixTest, testing::Values(1, 3, 64, 200, 333));

TEST(Tiling, IsForTeamsAndLargeMatrices) {
  EXPECT_FALSE(is_worth_tiling(1, 1000000));
  EXPECT_FALSE(is_worth_tiling(8, kLargestLocalMatrix));
  EXPECT_TRUE(is_worth_tiling(2, kLargestLocalMatrix + 1));
  EXPECT_TRUE(is_worth_tiling(2, 5, 4));
  EXPECT_LT(TiledMatrix::bytes_per_rank(50000, 64), 3.2e8);
}

}  // namespace
}  // namespace thresher::linalg
