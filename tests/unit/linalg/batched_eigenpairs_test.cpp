#include "linalg/batched_eigenpairs.hpp"

#include "linalg/lapack.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace thresher::linalg;

/// In the widest registers of this machine, and in those of AVX2.
class BatchedEigenpairs : public testing::TestWithParam<thresher::random::VectorPath> {
 protected:
  void SetUp() override {
    best_ = thresher::random::vector_path();
    thresher::random::set_vector_path(std::max(best_, GetParam()));  // the narrower one
  }
  void TearDown() override { thresher::random::set_vector_path(best_); }

 private:
  thresher::random::VectorPath best_ = thresher::random::VectorPath::avx2;
};

INSTANTIATE_TEST_SUITE_P(Registers, BatchedEigenpairs,
                         testing::Values(thresher::random::VectorPath::avx2,
                                         thresher::random::VectorPath::avx512));

DenseMatrix random_symmetric(std::int64_t n, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  DenseMatrix a(n, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = j; i < n; ++i) a(i, j) = a(j, i) = normal(generator);
  return a;
}

/// F F^T of so many columns.
DenseMatrix random_gram(std::int64_t n, std::int64_t rank, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  DenseMatrix factor(n, rank), a(n, n);
  for (double& entry : factor.values()) entry = normal(generator);
  gemm(Transpose::no, Transpose::yes, 1, factor.view(), factor.view(), 0, a.view());
  return a;
}

DenseMatrix diagonal_of(std::vector<double> const& values) {
  auto const n = static_cast<std::int64_t>(values.size());
  DenseMatrix a(n, n);
  for (std::int64_t i = 0; i < n; ++i) a(i, i) = values[static_cast<std::size_t>(i)];
  return a;
}

std::vector<SymmetricEigenpairs> all_pairs(std::vector<DenseMatrix>& matrices,
                                           Triangle triangle = Triangle::lower) {
  std::vector<MatrixView> views;
  for (auto& matrix : matrices) views.push_back(matrix.view());
  std::vector<double> const bounds(matrices.size(), -std::numeric_limits<double>::infinity());
  return batched_eigenpairs_above(triangle, views, bounds);
}

/// A V = V diag(values), V^T V = I, and the values are LAPACK's, all beside the largest of them.
void expect_decomposition(DenseMatrix const& a, SymmetricEigenpairs const& pairs, std::string const& what) {
  SCOPED_TRACE(what);
  std::int64_t const n = a.rows();
  auto whole = a;
  std::vector<double> values(static_cast<std::size_t>(n));
  syevd(Eigenvectors::none, Triangle::lower, whole.view(), values);
  std::ranges::reverse(values);
  ASSERT_EQ(pairs.values.size(), values.size());
  double const norm = std::max(std::abs(values.front()), std::abs(values.back()));
  double const tolerance = 1e-14 * static_cast<double>(n) * norm;
  DenseMatrix images(n, n), overlaps(n, n);
  gemm(Transpose::no, Transpose::no, 1, a.view(), pairs.vectors.view(), 0, images.view());
  gemm(Transpose::yes, Transpose::no, 1, pairs.vectors.view(), pairs.vectors.view(), 0, overlaps.view());
  for (std::int64_t k = 0; k < n; ++k) {
    double const value = pairs.values[static_cast<std::size_t>(k)];
    EXPECT_NEAR(value, values[static_cast<std::size_t>(k)], tolerance);
    for (std::int64_t i = 0; i < n; ++i) {
      EXPECT_NEAR(images(i, k), value * pairs.vectors(i, k), tolerance);
      EXPECT_NEAR(overlaps(i, k), i == k ? 1 : 0, 1e-14 * static_cast<double>(n));
    }
  }
}

TEST_P(BatchedEigenpairs, AreThoseOfLapack) {
  for (std::int64_t const n : {1, 2, 3, 4, 7, 16, 17, 33, 60})
    for (std::size_t const count : {1, 3, 8, 11}) {
      std::vector<DenseMatrix> matrices;
      for (std::size_t m = 0; m < count; ++m) matrices.push_back(random_symmetric(n, 100 * count + m));
      auto const pairs = all_pairs(matrices);
      for (std::size_t m = 0; m < count; ++m)
        expect_decomposition(matrices[m], pairs[m], std::to_string(n) + ", " + std::to_string(m));
    }
}

TEST_P(BatchedEigenpairs, DependOnNoOtherMatrix) {
  std::vector<DenseMatrix> together;
  for (std::uint64_t m = 0; m < 10; ++m) together.push_back(random_gram(21, 3 * static_cast<int>(m) + 1, m));
  together[4] = DenseMatrix(21, 21);
  auto const pairs = all_pairs(together);
  for (std::size_t m = 0; m < together.size(); ++m) {
    std::vector<DenseMatrix> alone{together[m]};
    auto const same = all_pairs(alone);
    EXPECT_EQ(same[0].values, pairs[m].values) << m;
    EXPECT_TRUE(std::ranges::equal(same[0].vectors.values(), pairs[m].vectors.values())) << m;
  }
}

TEST_P(BatchedEigenpairs, OfMatricesThatAreHard) {
  std::vector<double> repeated(24, 1), graded;
  for (std::size_t k = 0; k < 24; ++k) {
    if (k % 3 == 0) repeated[k] = 2;
    graded.push_back(std::pow(10.0, 2 - static_cast<double>(k)));
  }
  std::vector<DenseMatrix> matrices{DenseMatrix(24, 24), diagonal_of(repeated), diagonal_of(graded)};
  // Wilkinson's: pairs of values that agree to rounding.
  DenseMatrix wilkinson(24, 24);
  for (std::int64_t i = 0; i < 24; ++i) {
    wilkinson(i, i) = std::abs(static_cast<double>(i) - 11.5);
    if (i > 0) wilkinson(i, i - 1) = wilkinson(i - 1, i) = 1;
  }
  matrices.push_back(wilkinson);
  matrices.push_back(random_gram(24, 2, 1));
  auto coupled = random_gram(24, 24, 2);  // two blocks that know nothing of each other
  for (std::int64_t j = 0; j < 12; ++j)
    for (std::int64_t i = 12; i < 24; ++i) coupled(i, j) = coupled(j, i) = 0;
  matrices.push_back(coupled);
  for (double const scale : {1e-200, 1e200}) {
    auto scaled = random_symmetric(24, 3);
    for (double& entry : scaled.values()) entry *= scale;
    matrices.push_back(scaled);
  }
  // No diagonal, weak and strong couplings, and ones that fall away: shifts and rotations of nothing.
  DenseMatrix hollow(24, 24), weak(24, 24), falling(24, 24);
  for (std::int64_t i = 0; i < 23; ++i) {
    hollow(i + 1, i) = hollow(i, i + 1) = std::sqrt(static_cast<double>((i + 1) * (23 - i)));
    weak(i, i) = static_cast<double>(i % 3);
    weak(i + 1, i) = weak(i, i + 1) = std::pow(10.0, -static_cast<double>(7 * i % 20));
    falling(i, i) = std::pow(10.0, -static_cast<double>(i));
    falling(i + 1, i) = falling(i, i + 1) = std::pow(10.0, -static_cast<double>(i + 6));
  }
  matrices.insert(matrices.end(), {hollow, weak, falling});
  DenseMatrix ones(24, 24);
  std::ranges::fill(ones.values(), 1.0);
  matrices.push_back(ones);
  auto const pairs = all_pairs(matrices);
  for (std::size_t m = 0; m < matrices.size(); ++m)
    expect_decomposition(matrices[m], pairs[m], std::to_string(m));
}

TEST_P(BatchedEigenpairs, ReadOneTriangleAndKeepWhatIsAboveTheBound) {
  auto a = random_symmetric(9, 5);
  std::vector<DenseMatrix> whole{a};
  auto const all = all_pairs(whole);
  for (auto const triangle : {Triangle::lower, Triangle::upper}) {
    auto half = a;
    for (std::int64_t j = 0; j < 9; ++j)
      for (std::int64_t i = 0; i < 9; ++i)
        if (triangle == Triangle::lower ? i < j : i > j) half(i, j) = 1e9;
    std::vector<MatrixView> const views{half.view()};
    std::vector<double> const bounds{(all[0].values[3] + all[0].values[4]) / 2};
    auto const pairs = batched_eigenpairs_above(triangle, views, bounds);
    ASSERT_EQ(pairs[0].values.size(), 4U);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(pairs[0].values[k], all[0].values[k]);
    for (std::int64_t k = 0; k < 4; ++k)
      EXPECT_TRUE(std::ranges::equal(pairs[0].vectors.column(k), all[0].vectors.column(k)));
  }
}

TEST_P(BatchedEigenpairs, OfWhatIsNoNumberFail) {
  std::vector<DenseMatrix> matrices{random_symmetric(6, 1), random_symmetric(6, 2)};
  matrices[1](3, 2) = matrices[1](2, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(all_pairs(matrices), std::runtime_error);
}

}  // namespace
