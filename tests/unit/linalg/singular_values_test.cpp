#include "linalg/singular_values.hpp"

#include "linalg/dense_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace thresher::linalg;

DenseMatrix random_matrix(std::int64_t rows, std::int64_t columns) {
  std::mt19937_64 generator(11);
  std::normal_distribution<double> normal;
  DenseMatrix a(rows, columns);
  for (double& entry : a.values()) entry = normal(generator);
  return a;
}

TEST(SingularValues, FactorsMultiplyToTheMatrix) {
  for (auto const& [rows, columns] : {std::pair<std::int64_t, std::int64_t>{7, 4}, {4, 7}, {5, 5}, {1, 3}}) {
    auto const a = random_matrix(rows, columns);
    std::int64_t const rank = std::min(rows, columns);
    DenseMatrix spoilt = a, u(rows, rank), vt(rank, columns);
    std::vector<double> values(static_cast<std::size_t>(rank));
    gesdd(spoilt.view(), values, u.view(), vt.view());
    EXPECT_TRUE(std::is_sorted(values.rbegin(), values.rend()));
    DenseMatrix product(rows, columns), gram(rank, rank);
    gemm(Transpose::yes, Transpose::no, 1, u.view(), u.view(), 0, gram.view());
    for (std::int64_t k = 0; k < rank; ++k) EXPECT_NEAR(gram(k, k), 1, 1e-14);
    for (std::int64_t k = 0; k < rank; ++k)
      for (double& entry : u.column(k)) entry *= values[static_cast<std::size_t>(k)];
    gemm(Transpose::no, Transpose::no, 1, u.view(), vt.view(), 0, product.view());
    for (std::size_t k = 0; k < product.values().size(); ++k)
      EXPECT_NEAR(product.values()[k], a.values()[k], 1e-13);
    std::vector<double> alone(values.size());
    DenseMatrix again = a;
    singular_values(again.view(), alone);
    for (std::size_t k = 0; k < alone.size(); ++k) EXPECT_NEAR(alone[k], values[k], 1e-13);
  }
}

TEST(SingularValues, OfADiagonalMatrixAreItsSortedMagnitudes) {
  DenseMatrix a(3, 4);
  a(0, 0) = -2, a(1, 1) = 5, a(2, 3) = 0.5;
  std::vector<double> values(3);
  singular_values(a.view(), values);
  EXPECT_NEAR(values[0], 5, 1e-15);
  EXPECT_NEAR(values[1], 2, 1e-15);
  EXPECT_NEAR(values[2], 0.5, 1e-15);
}

}  // namespace
