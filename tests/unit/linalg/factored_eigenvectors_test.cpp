#include "linalg/factored_eigenvectors.hpp"

#include "sample_matrix.hpp"

#include <gtest/gtest.h>

namespace thresher::linalg {
namespace {

class FactoredEigenvectorsTest : public testing::TestWithParam<std::int64_t> {
 protected:
  std::int64_t const order_ = GetParam();
  DenseMatrix const matrix_ = covariance_of(normal_rows(order_), 2 * order_, order_);
  FactoredEigenvectors const eigen_{matrix_};
};

TEST_P(FactoredEigenvectorsTest, WholeVectorsDiagonaliseTheMatrix) {
  auto const vectors = eigen_.whole();
  auto image = product(matrix_, vectors);
  for (std::int64_t k = 0; k < order_; ++k)
    for (std::int64_t i = 0; i < order_; ++i)
      EXPECT_NEAR(image(i, k), eigen_.values()[static_cast<std::size_t>(k)] * vectors(i, k), 1e-13);
  DenseMatrix gram(order_, order_);
  gemm(Transpose::yes, Transpose::no, 1, vectors.view(), vectors.view(), 0, gram.view());
  for (std::int64_t k = 0; k < order_; ++k)
    for (std::int64_t i = 0; i < order_; ++i) EXPECT_NEAR(gram(i, k), i == k ? 1 : 0, 1e-13);
  EXPECT_TRUE(std::ranges::is_sorted(eigen_.values()));
}

TEST_P(FactoredEigenvectorsTest, FactorsDoWhatTheirProductDoes) {
  auto const vectors = eigen_.whole();
  auto const panel = normal_panel({0, order_}, 3);
  auto const scores = eigen_.scores(panel.view());
  DenseMatrix expected(order_, 3);
  gemm(Transpose::yes, Transpose::no, 1, vectors.view(), panel.view(), 0, expected.view());
  EXPECT_LT(relative_difference(scores.values(), expected.values()), 1e-13);
  EXPECT_LT(relative_difference(eigen_.combine(scores.view()).values(), panel.values()), 1e-13);
  auto const leading = eigen_.leading(1);
  for (std::int64_t i = 0; i < order_; ++i) EXPECT_NEAR(leading(i, 0), vectors(i, order_ - 1), 1e-14);
}

INSTANTIATE_TEST_SUITE_P(Orders, FactoredEigenvectorsTest, testing::Values(1, 2, 3, 60));

}  // namespace
}  // namespace thresher::linalg
