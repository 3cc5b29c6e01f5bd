#include "linalg/lapack.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

namespace {

using namespace thresher::linalg;

std::vector<double> random_entries(std::size_t count, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> entries(count);
  for (double& entry : entries) entry = normal(generator);
  return entries;
}

double entry(ConstMatrixView a, Transpose transpose, std::int64_t i, std::int64_t j) {
  return transpose == Transpose::no ? a(i, j) : a(j, i);
}

TEST(Lapack, ProductsOfBlocksWithLeadingDimensions) {
  auto const storage_a = random_entries(100, 1);
  auto const storage_b = random_entries(100, 2);
  for (auto const ta : {Transpose::no, Transpose::yes})
    for (auto const tb : {Transpose::no, Transpose::yes}) {
      // op(A) is 3 x 4, op(B) 4 x 2.
      ConstMatrixView const a(storage_a.data(), ta == Transpose::no ? 3 : 4, ta == Transpose::no ? 4 : 3, 7);
      ConstMatrixView const b(storage_b.data(), tb == Transpose::no ? 4 : 2, tb == Transpose::no ? 2 : 4, 9);
      std::vector<double> c(5 * 2, 1.0);
      gemm(ta, tb, 2, a, b, 3, MatrixView(c.data(), 3, 2, 5));
      for (std::int64_t i = 0; i < 3; ++i)
        for (std::int64_t j = 0; j < 2; ++j) {
          double expected = 3;
          for (std::int64_t k = 0; k < 4; ++k) expected += 2 * entry(a, ta, i, k) * entry(b, tb, k, j);
          EXPECT_NEAR(c[i + 5 * j], expected, 1e-13);
        }
      EXPECT_EQ(c[3], 1.0);  // between the columns nothing is written
    }
}

TEST(Lapack, VectorProductsWithEmptyOperands) {
  auto const a = random_entries(12, 3);
  std::vector<double> y(3, 2.0);
  gemv(Transpose::no, 1, ConstMatrixView(a.data(), 3, 0), {}, 0.5, y);
  EXPECT_EQ(y, std::vector<double>(3, 1.0));
  gemv(Transpose::no, 1, ConstMatrixView(a.data(), 3, 0), {}, 0, y);
  EXPECT_EQ(y, std::vector<double>(3, 0.0));
  gemv(Transpose::no, 1, ConstMatrixView(a.data(), 3, 4), std::vector<double>{1, 0, 0, 2}, 0, y);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(y[i], a[i] + 2 * a[9 + i], 1e-14);
}

TEST(Lapack, GramMatricesAndTheirFactors) {
  auto const storage = random_entries(60, 4);
  ConstMatrixView const a(storage.data(), 12, 5);
  std::vector<double> gram(25, -1.0);
  MatrixView const g(gram.data(), 5, 5);
  syrk(Triangle::lower, Transpose::yes, 1, a, 0, g);
  symmetrize(Triangle::lower, g);
  std::vector<double> full(25);
  gemm(Transpose::yes, Transpose::no, 1, a, a, 0, MatrixView(full.data(), 5, 5));
  for (std::size_t k = 0; k < 25; ++k) EXPECT_NEAR(gram[k], full[k], 1e-12);

  std::vector<double> const x{1, -2, 3, -4, 5};
  std::vector<double> b(5);
  symv(Triangle::upper, 1, g, x, 0, b);
  auto factor = gram;
  ASSERT_TRUE(potrf(Triangle::lower, MatrixView(factor.data(), 5, 5)));
  potrs(Triangle::lower, ConstMatrixView(factor.data(), 5, 5), MatrixView(b.data(), 5, 1));
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(b[k], x[k], 1e-10);

  std::vector<double> solved(full);
  trsm(Side::left, Triangle::lower, Transpose::no, 1, ConstMatrixView(factor.data(), 5, 5),
       MatrixView(solved.data(), 5, 5));
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j <= i; ++j)
      EXPECT_NEAR(solved[j + 5 * i], factor[i + 5 * j], 1e-11);  // L^{-1} G = L^T

  std::vector<double> indefinite{1, 2, 2, 1};
  EXPECT_FALSE(potrf(Triangle::lower, MatrixView(indefinite.data(), 2, 2)));
}

TEST(Lapack, EigenvaluesAscend) {
  std::vector<double> a{2, 1, 0, 1, 2, 0, 0, 0, -1};
  std::vector<double> values(3);
  syevd(Eigenvectors::wanted, Triangle::lower, MatrixView(a.data(), 3, 3), values);
  EXPECT_NEAR(values[0], -1, 1e-14);
  EXPECT_NEAR(values[1], 1, 1e-14);
  EXPECT_NEAR(values[2], 3, 1e-14);
  EXPECT_NEAR(std::abs(a[2]), 1, 1e-14);
  EXPECT_NEAR(a[6] * a[7], 0.5, 1e-14);
}

TEST(Lapack, EigenvaluesAloneOfALargeMatrix) {
  // 1, 2, ..., n reflected at a hyperplane.
  std::int64_t const n = 2100;
  auto normal = random_entries(n, 11);
  double const length = std::sqrt(std::inner_product(normal.begin(), normal.end(), normal.begin(), 0.0));
  std::vector<double> image(normal.size());
  double square = 0;
  for (std::size_t i = 0; i < normal.size(); ++i) {
    normal[i] /= length;
    image[i] = static_cast<double>(i + 1) * normal[i];
    square += image[i] * normal[i];
  }
  std::vector<double> a(static_cast<std::size_t>(n * n));
  MatrixView const view(a.data(), n, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i) {
      auto const k = static_cast<std::size_t>(i);
      auto const l = static_cast<std::size_t>(j);
      view(i, j) = (i == j ? static_cast<double>(i + 1) : 0) - 2 * normal[k] * image[l] -
                   2 * image[k] * normal[l] + 4 * square * normal[k] * normal[l];
    }
  std::vector<double> values(static_cast<std::size_t>(n));
  syevd(Eigenvectors::none, Triangle::lower, view, values);
  for (std::size_t k = 0; k < values.size(); ++k) ASSERT_NEAR(values[k], static_cast<double>(k + 1), 1e-8);
}

TEST(Lapack, OrthogonalFactors) {
  auto const original = random_entries(40, 5);
  auto q = original;
  std::vector<double> tau(4);
  geqrf(MatrixView(q.data(), 10, 4), tau);
  auto const r = q;
  orgqr(MatrixView(q.data(), 10, 4), tau);
  for (int j = 0; j < 4; ++j)
    for (int i = 0; i < 10; ++i) {
      double entry_of_product = 0;
      for (int k = 0; k <= j; ++k) entry_of_product += q[i + 10 * k] * r[k + 10 * j];
      EXPECT_NEAR(entry_of_product, original[i + 10 * j], 1e-13);
    }
}

TEST(Lapack, LeastSquares) {
  auto const a = random_entries(24, 6);
  std::vector<double> const x{1, -1, 2};
  std::vector<double> b(8);
  gemv(Transpose::no, 1, ConstMatrixView(a.data(), 8, 3), x, 0, b);
  auto spoilt = a;
  auto solution = b;
  gels(MatrixView(spoilt.data(), 8, 3), MatrixView(solution.data(), 8, 1));
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(solution[k], x[k], 1e-13);

  // More unknowns than equations: the shortest solution, in the row space.
  std::vector<double> wide{1, 2};
  std::vector<double> right{5, 0};
  EXPECT_EQ(gelsy(MatrixView(wide.data(), 1, 2), MatrixView(right.data(), 2, 1), 1e-12), 1);
  EXPECT_NEAR(right[0], 1, 1e-14);
  EXPECT_NEAR(right[1], 2, 1e-14);
}

}  // namespace
