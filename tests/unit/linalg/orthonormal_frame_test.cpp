#include "linalg/orthonormal_frame.hpp"

#include "linalg/dense_matrix.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace {

using namespace thresher::linalg;

TEST(OrthonormalFrame, IsTheFactorOfAPositiveTriangle) {
  std::mt19937_64 generator(4);
  std::normal_distribution<double> normal;
  DenseMatrix a(9, 4);
  for (double& entry : a.values()) entry = normal(generator);
  DenseMatrix frame(9, 4);
  orthonormal_frame(
      thresher::mpi::Communicator::self(), [&](MatrixView out) { std::ranges::copy(a.values(), out.data); },
      frame.view());
  DenseMatrix gram(4, 4), triangle(4, 4);
  gemm(Transpose::yes, Transpose::no, 1, frame.view(), frame.view(), 0, gram.view());
  gemm(Transpose::yes, Transpose::no, 1, frame.view(), a.view(), 0, triangle.view());
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 4; ++j) {
      EXPECT_NEAR(gram(i, j), i == j, 1e-14);
      if (i > j) {
        EXPECT_NEAR(triangle(i, j), 0, 1e-14);
      }
      if (i == j) {
        EXPECT_GT(triangle(i, j), 0);
      }
    }
}

}  // namespace
