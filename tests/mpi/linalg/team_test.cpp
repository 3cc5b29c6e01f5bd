#include "../../unit/linalg/sample_matrix.hpp"
#include "linalg/covariance_operator.hpp"
#include "linalg/gram_matrix.hpp"
#include "linalg/leading_eigenpairs.hpp"
#include "linalg/panel_lanczos.hpp"
#include "linalg/row_products.hpp"
#include "linalg/square_root.hpp"
#include "linalg/subspace.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace thresher::linalg {
namespace {

constexpr std::int64_t kRows = 61;  // not a multiple of any team
constexpr std::int64_t kDim = 45;

/// What a team computes against what one rank computes.
class TeamTest : public testing::Test {
 protected:
  TallMatrix rows(RowStorage storage = RowStorage::stored) const {
    return {comm_, kRows, kDim, storage, normal_rows(kDim)};
  }
  DenseMatrix whole(ConstMatrixView own) const {
    DenseMatrix result(layout_.rows(), own.columns);
    gather_rows(layout_, own, result.view());
    return result;
  }
  mpi::Communicator comm_ = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  RowLayout layout_{comm_, kDim};
  int last_ = comm_.size() - 1;
};

TEST_F(TeamTest, PanelsAreGatheredScatteredAndSummed) {
  auto const all = normal_panel({0, kDim}, 3);
  auto const own = normal_panel(layout_.owned(), 3);
  EXPECT_TRUE(std::ranges::equal(whole(own.view()).values(), all.values()));

  DenseMatrix at_last(comm_.rank() == last_ ? kDim : 0, 3);
  gather_rows_to(layout_, last_, own.view(), at_last.view());
  if (comm_.rank() == last_) {
    EXPECT_TRUE(std::ranges::equal(at_last.values(), all.values()));
  }

  DenseMatrix back(own.rows(), 3);
  scatter_rows_from(layout_, last_, at_last.view(), back.view());
  EXPECT_TRUE(std::ranges::equal(back.values(), own.values()));

  DenseMatrix summed(own.rows(), 3);
  auto partial = all;
  sum_to_rows(layout_, partial.view(), summed.view());
  for (std::size_t k = 0; k < summed.values().size(); ++k)
    EXPECT_NEAR(summed.values()[k], comm_.size() * own.values()[k], 1e-14 * comm_.size() * 10);
}

TEST_F(TeamTest, LargePanelsTakeTheOtherRoad) {
  // Beyond a million entries a sum is scattered, not copied to all.
  RowLayout const layout(comm_, 130'001);
  DenseMatrix partial(130'001, 8);
  for (std::size_t k = 0; k < partial.values().size(); ++k)
    partial.values()[k] = static_cast<double>(k % 1000);
  DenseMatrix own(layout.owned().size(), 8);
  auto const expected = partial;
  sum_to_rows(layout, partial.view(), own.view());
  for (std::int64_t j = 0; j < 8; ++j)
    for (std::int64_t i = 0; i < own.rows(); ++i)
      ASSERT_EQ(own(i, j), comm_.size() * expected(layout.owned().begin + i, j));
}

TEST_F(TeamTest, CovarianceIsThatOfOneRank) {
  for (auto const storage : {RowStorage::stored, RowStorage::implicit}) {
    auto const matrix = rows(storage);
    CovarianceOperator const covariance(matrix, 0.4);
    auto const own = normal_panel(layout_.owned(), 5);
    DenseMatrix result(own.rows(), 5);
    covariance.apply(own.view(), result.view());
    auto const expected =
        product(covariance_of(normal_rows(kDim), kRows, kDim, 0.4), normal_panel({0, kDim}, 5));
    EXPECT_LT(relative_difference(whole(result.view()).values(), expected.values()), 1e-14);
  }
}

TEST_F(TeamTest, GramMatricesAreThoseOfOneRank) {
  DenseMatrix x(kDim, kRows);
  normal_rows(kDim)({0, kRows}, x.values());
  auto const matrix = rows();
  auto const by_column = column_gram(matrix, last_);
  auto const scale = [](MatrixView block) {
    for (std::int64_t j = 0; j < block.columns; ++j) block(0, j) *= 2;
  };
  auto const by_row = row_gram(matrix, scale, last_);
  auto const plain = row_gram(matrix, {}, 0);
  if (comm_.rank() == 0)
    for (std::int64_t i = 0; i < kRows; ++i) {
      double square = 0;
      for (double const value : x.column(i)) square += value * value;
      EXPECT_NEAR(plain(i, i), square, 1e-12);
    }
  if (comm_.rank() != last_) {
    EXPECT_EQ(by_column.rows(), 0);
    return;
  }
  DenseMatrix columns(kDim, kDim);
  gemm(Transpose::no, Transpose::yes, 1, x.view(), x.view(), 0, columns.view());
  for (std::int64_t j = 0; j < kDim; ++j)
    for (std::int64_t i = j; i < kDim; ++i) EXPECT_NEAR(by_column(i, j), columns(i, j), 1e-12);
  scale(x.view());
  DenseMatrix examples(kRows, kRows);
  gemm(Transpose::yes, Transpose::no, 1, x.view(), x.view(), 0, examples.view());
  for (std::int64_t j = 0; j < kRows; ++j)
    for (std::int64_t i = j; i < kRows; ++i) EXPECT_NEAR(by_row(i, j), examples(i, j), 1e-12);
}

TEST_F(TeamTest, ProductsWithRowsAreThoseOfOneRank) {
  auto const matrix = rows();
  auto const scores = rows_times_panel(matrix, layout_, normal_panel(layout_.owned(), 2).view());
  auto const back = transposed_rows_times_panel(matrix, layout_, scores.view());
  auto expected = product(covariance_of(normal_rows(kDim), kRows, kDim), normal_panel({0, kDim}, 2));
  for (double& value : expected.values()) value *= static_cast<double>(kRows);
  EXPECT_LT(relative_difference(whole(back.view()).values(), expected.values()), 1e-13);
}

TEST_F(TeamTest, LanczosEigenpairsAndRootsAgreeWithOneRank) {
  auto const matrix = rows();
  CovarianceOperator const covariance(matrix, 0);
  auto const own_seeds = normal_panel(layout_.owned(), 5);
  auto const root = [](double x) { return std::sqrt(x); };
  PanelLanczos lanczos(covariance, own_seeds.view(), {.tolerance = 1e-9});
  lanczos.run(root);
  DenseMatrix own(own_seeds.rows(), 5);
  lanczos.function_times_seeds(own.view());
  auto const exact =
      product(function_of(covariance_of(normal_rows(kDim), kRows, kDim), root), normal_panel({0, kDim}, 5));
  EXPECT_LT(relative_difference(whole(own.view()).values(), exact.values()), 1e-7);

  auto const start = rayleigh_ritz(covariance, lanczos.leading_ritz_vectors(2).view(), 2);
  auto const found = leading_eigenpairs(covariance, {start.values, start.own_vectors}, {.count = 2});
  EXPECT_EQ(found.convergence, Convergence::reached);
  auto vectors = covariance_of(normal_rows(kDim), kRows, kDim);
  std::vector<double> values(kDim);
  syevd(Eigenvectors::wanted, Triangle::lower, vectors.view(), values);
  EXPECT_NEAR(found.pairs.values[0], values[kDim - 1], 1e-8);
  EXPECT_NEAR(found.pairs.values[1], values[kDim - 2], 1e-8);
  DenseMatrix leading(own.rows(), 2);
  copy_own_rows(layout_, vectors.columns_from(kDim - 2, 2), leading.view());
  EXPECT_NEAR(subspace_overlap(layout_, leading.view(), found.pairs.own_vectors.view()), 2, 1e-8);

  CovarianceOperator const shifted(matrix, 1e-10);
  DenseMatrix by_slepc(own.rows(), 5);
  EXPECT_EQ(square_root_times_panel(shifted, own_seeds.view(), by_slepc.view(), {}), Convergence::reached);
  EXPECT_LT(relative_difference(whole(by_slepc.view()).values(), exact.values()), 1e-4);
}

TEST_F(TeamTest, AFailureOnOneRankIsThrownOnAll) {
  auto const fails = [plain = normal_rows(kDim)](mpi::Range some, std::span<double> out) {
    if (some.end == kRows) throw std::runtime_error("cannot be read");
    plain(some, out);
  };
  EXPECT_THROW(TallMatrix(comm_, kRows, kDim, RowStorage::stored, fails), std::runtime_error);
  TallMatrix const lazy(comm_, kRows, kDim, RowStorage::implicit, fails);
  CovarianceOperator const covariance(lazy, 0);
  DenseMatrix own(layout_.owned().size(), 1);
  EXPECT_THROW(covariance.apply(normal_panel(layout_.owned(), 1).view(), own.view()), std::runtime_error);
}

}  // namespace
}  // namespace thresher::linalg
