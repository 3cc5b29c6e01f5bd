#include "experiments/linear_generative/estimators/spiked_root_trace.hpp"

#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::linear_generative {
namespace {

using linalg::DenseMatrix;
using linalg::Transpose;

constexpr std::int64_t kOrderOfC = 40;

/// C = X^T X / n of `examples` rows of normals.
DenseMatrix covariance(std::int64_t examples) {
  DenseMatrix rows(kOrderOfC, examples);
  random::Stream(random::hash_identity("spiked root trace"), "rows").normals({}, 0, rows.values());
  DenseMatrix result(kOrderOfC, kOrderOfC);
  linalg::gemm(Transpose::no, Transpose::yes, 1 / static_cast<double>(examples), rows.view(), rows.view(), 0,
               result.view());
  return result;
}

DenseMatrix directions(std::int64_t rank) {
  DenseMatrix result(kOrderOfC, rank);
  random::Stream(random::hash_identity("spiked root trace"), "directions").normals({}, 0, result.values());
  std::vector<double> tau(static_cast<std::size_t>(rank));
  linalg::geqrf(result.view(), tau);
  linalg::orgqr(result.view(), tau);
  return result;
}

/// By an eigendecomposition of Sigma^1/2 (C + ridge) Sigma^1/2 itself.
double plain_root_trace(DenseMatrix matrix, DenseMatrix const& u, std::vector<double> const& spikes,
                        double ridge) {
  DenseMatrix root(kOrderOfC, kOrderOfC);
  for (std::int64_t i = 0; i < kOrderOfC; ++i) {
    matrix(i, i) += ridge;
    root(i, i) = 1;
    for (std::int64_t j = 0; j < kOrderOfC; ++j)
      for (std::int64_t k = 0; k < u.columns(); ++k)
        root(i, j) += (std::sqrt(1 + spikes[static_cast<std::size_t>(k)]) - 1) * u(i, k) * u(j, k);
  }
  DenseMatrix half(kOrderOfC, kOrderOfC);
  linalg::gemm(Transpose::no, Transpose::no, 1, root.view(), matrix.view(), 0, half.view());
  linalg::gemm(Transpose::no, Transpose::no, 1, half.view(), root.view(), 0, matrix.view());
  std::vector<double> values(kOrderOfC);
  linalg::syevd(linalg::Eigenvectors::none, linalg::Triangle::lower, matrix.view(), values);
  double sum = 0;
  for (double const value : values) sum += std::sqrt(std::max(value, 0.0));
  return sum;
}

/// With the eigenvectors of positive eigenvalues only, as the Gram matrix gives them, or with all.
double by_scores(DenseMatrix vectors, DenseMatrix const& u, std::vector<double> const& spikes, double ridge,
                 std::int64_t nulls) {
  std::vector<double> values(kOrderOfC);
  linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::lower, vectors.view(), values);
  for (double& value : values) value = std::max(value, 0.0);
  DenseMatrix scores(kOrderOfC - nulls, u.columns());
  linalg::gemm(Transpose::yes, Transpose::no, 1, vectors.columns_from(nulls, kOrderOfC - nulls), u.view(), 0,
               scores.view());
  return spiked_root_trace(
      {kOrderOfC, std::span(values).subspan(static_cast<std::size_t>(nulls)), scores.view(), spikes}, ridge);
}

TEST(SpikedRootTrace, EqualsAnEigendecomposition) {
  for (std::int64_t const rank : {1, 2, 5})
    for (double const strongest : {0.3, 5.0, 1e6}) {
      std::vector<double> spikes;
      for (std::int64_t k = 0; k < rank; ++k) spikes.push_back(strongest * std::pow(0.4, k));
      auto const u = directions(rank);
      for (std::int64_t const examples : {3L, 39L, 40L, 100L})
        for (double const ridge : {0.0, 1e-6, 0.3}) {
          auto const c = covariance(examples);
          double const expected = plain_root_trace(c, u, spikes, ridge);
          // The eigendecomposition loses the small eigenvalues beside a strong spike, as sqrt(1e-16 * 1e6).
          double const tolerance = ridge == 0 ? 1e-6 * std::sqrt(1 + strongest) : 1e-8 * (1 + strongest);
          std::int64_t const nulls = std::max<std::int64_t>(0, kOrderOfC - examples);
          EXPECT_NEAR(by_scores(c, u, spikes, ridge, nulls), expected, tolerance * expected)
              << rank << " " << strongest << " " << examples << " " << ridge;
        }
    }
}

TEST(SpikedRootTrace, OfNoiseWithoutDataIsKnown) {
  // C = 0: the root of ridge Sigma.
  std::vector<double> const spikes{3, 8};
  DenseMatrix const scores(0, 2);
  double const expected = std::sqrt(0.25) * (static_cast<double>(kOrderOfC) - 2 + 2 + 3);
  EXPECT_NEAR(spiked_root_trace({kOrderOfC, {}, scores.view(), spikes}, 0.25), expected, 1e-13 * expected);
  EXPECT_EQ(spiked_root_trace({kOrderOfC, {}, scores.view(), spikes}, 0), 0);
}

TEST(SpikedRootTrace, OfDiagonalMatricesIsKnown) {
  // Eigenvectors are unit vectors, the first of them the direction: the roots multiply.
  std::vector<double> const values{4, 9, 16};
  DenseMatrix scores(3, 1);
  scores(0, 0) = 1;
  for (double const spike : {0.0, 3.0, 1e12}) {
    std::vector<double> const spikes{spike};
    double const expected = 2 * std::sqrt(1 + spike) + 3 + 4;
    EXPECT_NEAR(spiked_root_trace({3, values, scores.view(), spikes}, 0), expected, 1e-13 * expected);
  }
}

}  // namespace
}  // namespace thresher::linear_generative
