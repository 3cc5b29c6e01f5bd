#include "linalg/polar_factor.hpp"

#include "linalg/dense_matrix.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace {

using namespace thresher::linalg;

TEST(PolarFactor, IsOrthonormalAndLeavesAPositiveSymmetricFactor) {
  std::mt19937_64 generator(4);
  std::normal_distribution<double> normal;
  DenseMatrix b(9, 4);
  for (double& entry : b.values()) entry = normal(generator);
  DenseMatrix q = b;
  polar_factor(q.view());
  DenseMatrix gram(4, 4), root(4, 4);
  gemm(Transpose::yes, Transpose::no, 1, q.view(), q.view(), 0, gram.view());
  gemm(Transpose::yes, Transpose::no, 1, q.view(), b.view(), 0, root.view());
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) {
      EXPECT_NEAR(gram(i, j), i == j, 1e-14);
      EXPECT_NEAR(root(i, j), root(j, i), 1e-14);
    }
  std::vector<double> values(4);
  syevd(Eigenvectors::none, Triangle::lower, root.view(), values);
  EXPECT_GT(values.front(), 0);
}

TEST(PolarFactor, TakesNoColumns) {
  DenseMatrix nothing(5, 0);
  polar_factor(nothing.view());
}

}  // namespace
