#include "linalg/extreme_eigenpairs.hpp"

#include "../../unit/linalg/sample_matrix.hpp"
#include "linalg/weighted_gram_operator.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::linalg {
namespace {

constexpr std::int64_t kGramRows = 307;
constexpr std::int64_t kGramDim = 61;

/// Extremes of a Gram matrix with weights of both signs: a team finds what LAPACK finds.
TEST(ExtremeEigenpairsOnATeam, AgreeWithTheDenseMatrix) {
  auto const comm = mpi::Communicator::duplicate(MPI_COMM_WORLD);
  TallMatrix const rows(comm, kGramRows, kGramDim, RowStorage::stored, normal_rows(kGramDim));
  auto const own = rows.owned();
  auto const weights = normal_panel(own, 1, "weights");
  WeightedGramOperator const op(rows, weights.column(0), 0.25);
  auto const start = normal_panel(op.layout().owned(), 1, "start");
  auto const pairs = extreme_eigenpairs(op, start.column(0), {.count = 5, .tolerance = 1e-10});

  auto const all_weights = normal_panel({0, kGramRows}, 1, "weights");
  DenseMatrix x(kGramDim, kGramRows);
  normal_rows(kGramDim)({0, kGramRows}, x.values());
  DenseMatrix weighted = x;
  for (std::int64_t i = 0; i < kGramRows; ++i)
    for (double& entry : weighted.column(i)) entry *= all_weights(i, 0);
  DenseMatrix dense(kGramDim, kGramDim);
  gemm(Transpose::no, Transpose::yes, 1, x.view(), weighted.view(), 0, dense.view());
  for (std::int64_t j = 0; j < kGramDim; ++j) dense(j, j) += 0.25;
  std::vector<double> values(kGramDim);
  syevd(Eigenvectors::wanted, Triangle::lower, dense.view(), values);
  std::vector<std::size_t> order(kGramDim);
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  std::ranges::sort(order, [&](auto i, auto j) { return std::abs(values[i]) > std::abs(values[j]); });

  ASSERT_EQ(pairs.values.size(), 5u);
  DenseMatrix whole(kGramDim, 5);
  gather_rows(op.layout(), pairs.own_vectors.view(), whole.view());
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(pairs.values[k], values[order[k]], 1e-9 * std::abs(values[order[0]]));
    double cosine = 0;
    for (std::int64_t i = 0; i < kGramDim; ++i)
      cosine += whole(i, static_cast<std::int64_t>(k)) * dense(i, static_cast<std::int64_t>(order[k]));
    EXPECT_NEAR(std::abs(cosine), 1, 1e-9);
  }
}

}  // namespace
}  // namespace thresher::linalg
