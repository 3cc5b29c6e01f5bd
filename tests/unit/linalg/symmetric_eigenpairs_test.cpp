#include "linalg/symmetric_eigenpairs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace thresher::linalg;

TEST(SymmetricEigenpairs, AreThoseOfTheWholeDecomposition) {
  std::int64_t const n = 17;
  std::mt19937_64 generator(3);
  std::normal_distribution<double> normal;
  DenseMatrix a(n, n);
  for (std::int64_t j = 0; j < n; ++j)
    for (std::int64_t i = 0; i < n; ++i) a(i, j) = i >= j ? normal(generator) : 1e9;  // upper: not read
  DenseMatrix whole = a;
  std::vector<double> values(n);
  syevd(Eigenvectors::wanted, Triangle::lower, whole.view(), values);
  std::ranges::reverse(values);
  for (auto const& pairs : {[&] {
                              auto copy = a;
                              return eigenpairs_above(Triangle::lower, copy.view(), values[5] - 1e-6);
                            }(),
                            [&] {
                              auto copy = a;
                              return largest_eigenpairs(Triangle::lower, copy.view(), 6);
                            }()}) {
    ASSERT_EQ(pairs.values.size(), 6);
    symmetrize(Triangle::lower, a.view());
    for (std::int64_t k = 0; k < 6; ++k) {
      double const value = pairs.values[static_cast<std::size_t>(k)];
      EXPECT_NEAR(value, values[static_cast<std::size_t>(k)], 1e-12);
      std::vector<double> image(n);
      gemv(Transpose::no, 1, a.view(), pairs.vectors.column(k), 0, image);
      for (std::int64_t i = 0; i < n; ++i)
        EXPECT_NEAR(image[static_cast<std::size_t>(i)], value * pairs.vectors(i, k), 1e-12);
    }
  }
}

TEST(SymmetricEigenpairs, NoneAboveAHighBound) {
  DenseMatrix a(2, 2);
  a(0, 0) = 1, a(1, 1) = 2;
  EXPECT_EQ(eigenpairs_above(Triangle::upper, a.view(), 2.5).values.size(), 0);
}

TEST(SymmetricEigenpairs, OfSeveralOrdersAreThoseOfEachAlone) {
  std::mt19937_64 generator(7);
  std::normal_distribution<double> normal;
  std::vector<DenseMatrix> matrices;
  std::vector<double> bounds;
  for (std::int64_t const n : {5, 5, 70, 9, 5, 70, 9, 70, 130, 130, 1, 70, 70}) {
    auto& a = matrices.emplace_back(n, n);
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = j; i < n; ++i) a(i, j) = normal(generator);
    bounds.push_back(n == 9 ? 1e3 : 0.2);  // nothing of order 9 is above
  }
  auto copies = matrices;
  std::vector<MatrixView> views;
  for (auto& copy : copies) views.push_back(copy.view());
  auto const together = eigenpairs_above(Triangle::lower, views, bounds);
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    auto const alone = eigenpairs_above(Triangle::lower, matrices[m].view(), bounds[m]);
    ASSERT_EQ(together[m].values.size(), alone.values.size()) << m;
    EXPECT_EQ(together[m].vectors.rows(), alone.vectors.rows());
    for (std::size_t k = 0; k < alone.values.size(); ++k) {
      EXPECT_NEAR(together[m].values[k], alone.values[k], 1e-12);
      auto const column = static_cast<std::int64_t>(k);
      double overlap = 0;
      for (std::int64_t i = 0; i < alone.vectors.rows(); ++i)
        overlap += together[m].vectors(i, column) * alone.vectors(i, column);
      EXPECT_NEAR(std::abs(overlap), 1, 1e-9) << m << ", " << k;
    }
  }
}

}  // namespace
