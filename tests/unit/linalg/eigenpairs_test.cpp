#include "linalg/covariance_operator.hpp"
#include "linalg/leading_eigenpairs.hpp"
#include "linalg/square_root.hpp"
#include "linalg/subspace.hpp"
#include "sample_matrix.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace thresher::linalg {
namespace {

constexpr std::int64_t kOrder = 90;
constexpr std::int64_t kSampleRows = 60;

/// Two spikes over noise.
RowGenerator spiked_rows() {
  return [plain = normal_rows(kOrder)](mpi::Range rows, std::span<double> out) {
    plain(rows, out);
    for (std::size_t at = 0; at < out.size(); at += kOrder) {
      out[at] *= 4;
      out[at + 1] *= 3;
    }
  };
}

class EigenpairsTest : public testing::Test {
 protected:
  EigenpairsTest() {
    DenseMatrix vectors = covariance_of(spiked_rows(), kSampleRows, kOrder);
    values_.resize(kOrder);
    syevd(Eigenvectors::wanted, Triangle::lower, vectors.view(), values_);
    leading_ = DenseMatrix(kOrder, 2);
    for (std::int64_t k = 0; k < 2; ++k)
      std::ranges::copy(vectors.column(kOrder - 1 - k), leading_.column(k).begin());
  }
  mpi::Communicator comm_ = mpi::Communicator::self();
  TallMatrix rows_{comm_, kSampleRows, kOrder, RowStorage::stored, spiked_rows()};
  RowLayout layout_{comm_, kOrder};
  std::vector<double> values_;
  DenseMatrix leading_;
};

TEST_F(EigenpairsTest, RayleighRitzFindsWhatItsBasisHolds) {
  CovarianceOperator const covariance(rows_, 0);
  // Nearly dependent: the leading vectors three times, with small noise.
  auto const noise = normal_panel({0, kOrder}, 6);
  DenseMatrix basis(kOrder, 6);
  for (std::int64_t j = 0; j < 6; ++j)
    for (std::int64_t i = 0; i < kOrder; ++i) basis(i, j) = leading_(i, j % 2) + 1e-7 * noise(i, j);
  auto const pairs = rayleigh_ritz(covariance, basis.view(), 2);
  ASSERT_EQ(pairs.values.size(), 2u);
  EXPECT_NEAR(pairs.values[0], values_[kOrder - 1], 1e-10);
  EXPECT_NEAR(pairs.values[1], values_[kOrder - 2], 1e-10);
  EXPECT_NEAR(subspace_overlap(layout_, pairs.own_vectors.view(), leading_.view()), 2, 1e-10);
}

TEST_F(EigenpairsTest, RayleighRitzReturnsFewerPairsFromASmallSpan) {
  CovarianceOperator const covariance(rows_, 0);
  DenseMatrix basis(kOrder, 3);
  for (std::int64_t j = 0; j < 3; ++j) std::ranges::copy(leading_.column(0), basis.column(j).begin());
  EXPECT_EQ(rayleigh_ritz(covariance, basis.view(), 2).values.size(), 1u);
}

TEST_F(EigenpairsTest, KrylovSchurFindsTheLeadingPairs) {
  CovarianceOperator const covariance(rows_, 0);
  auto const start = rayleigh_ritz(covariance, normal_panel({0, kOrder}, 4).view(), 2);
  auto const found = leading_eigenpairs(covariance, {start.values, start.own_vectors}, {.count = 2});
  EXPECT_EQ(found.convergence, Convergence::reached);
  EXPECT_NEAR(found.pairs.values[0], values_[kOrder - 1], 1e-8);
  EXPECT_NEAR(found.pairs.values[1], values_[kOrder - 2], 1e-8);
  EXPECT_NEAR(subspace_overlap(layout_, found.pairs.own_vectors.view(), leading_.view()), 2, 1e-9);
  EXPECT_NEAR(projection_distance(layout_, found.pairs.own_vectors.view(), leading_.view()), 0, 1e-4);
}

TEST_F(EigenpairsTest, UnconvergedPairsAreTheStart) {
  CovarianceOperator const covariance(rows_, 0);
  auto const start = rayleigh_ritz(covariance, normal_panel({0, kOrder}, 4).view(), 2);
  auto const found = leading_eigenpairs(covariance, {start.values, start.own_vectors},
                                        {.count = 2, .basis_size = 5, .tolerance = 1e-14, .max_restarts = 1});
  EXPECT_EQ(found.convergence, Convergence::not_reached);
  EXPECT_EQ(found.pairs.values, start.values);
}

TEST_F(EigenpairsTest, WhatTheOperatorThrowsComesThroughSlepc) {
  CovarianceOperator covariance(rows_, 0);
  auto const start = rayleigh_ritz(covariance, normal_panel({0, kOrder}, 2).view(), 1);
  int passes_left = 3;
  covariance.call_before_pass([&] {
    if (passes_left-- == 0) throw std::domain_error("interrupted");
  });
  EXPECT_THROW(leading_eigenpairs(covariance, {start.values, start.own_vectors}, {}), std::domain_error);
  // Nothing is left behind: the next solve works.
  covariance.call_before_pass({});
  EXPECT_EQ(leading_eigenpairs(covariance, {start.values, start.own_vectors}, {}).convergence,
            Convergence::reached);
}

TEST_F(EigenpairsTest, SlepcSquareRootAgreesWithTheEigendecomposition) {
  CovarianceOperator const shifted(rows_, 1e-10);
  auto const seeds = normal_panel({0, kOrder}, 2);
  DenseMatrix result(kOrder, 2);
  EXPECT_EQ(square_root_times_panel(shifted, seeds.view(), result.view(), {}), Convergence::reached);
  auto const exact = product(
      function_of(covariance_of(spiked_rows(), kSampleRows, kOrder), [](double x) { return std::sqrt(x); }),
      seeds);
  EXPECT_LT(relative_difference(result.values(), exact.values()), 1e-4);
}

TEST_F(EigenpairsTest, OverlapOfOrthogonalSubspacesIsZero) {
  DenseMatrix u(kOrder, 1);
  DenseMatrix v(kOrder, 2);
  u(0, 0) = 1;
  v(1, 0) = 1;
  v(2, 1) = 1;
  EXPECT_EQ(subspace_overlap(layout_, u.view(), v.view()), 0);
  EXPECT_NEAR(projection_distance(layout_, u.view(), v.view()), std::sqrt(3.0), 1e-15);
}

}  // namespace
}  // namespace thresher::linalg
