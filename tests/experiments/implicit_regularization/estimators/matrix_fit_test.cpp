#include "experiments/implicit_regularization/estimators/fits/matrix_fit.hpp"

#include "experiments/implicit_regularization/theory/early_stopping.hpp"
#include "linalg/lapack.hpp"
#include "random_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::implicit_regularization {
namespace {

using namespace testing;
using linalg::DenseMatrix;

DenseMatrix random_matrix(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  DenseMatrix matrix(rows, columns);
  std::ranges::copy(normals(static_cast<std::size_t>(rows * columns), seed), matrix.values().begin());
  return matrix;
}

DenseMatrix product(DenseMatrix const& a, DenseMatrix const& b) {
  DenseMatrix c(a.rows(), b.columns());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, a.view(), b.view(), 0, c.view());
  return c;
}

DenseMatrix random_symmetric(std::int64_t d, std::uint64_t seed) {
  auto matrix = random_matrix(d, d, seed);
  linalg::symmetrize(linalg::Triangle::upper, matrix.view());
  return matrix;
}

void expect_symmetric(DenseMatrix const& q) {
  for (std::int64_t j = 0; j < q.columns(); ++j)
    for (std::int64_t i = 0; i < j; ++i) EXPECT_EQ(q(i, j), q(j, i));
}

TEST(SymmetricQuadratic, OfOneRunInThePlane) {
  DenseMatrix theta(2, 1), b(2, 1);
  theta(0, 0) = 1;
  b(0, 0) = 2;
  b(1, 0) = 3;
  auto const q = symmetric_quadratic(theta.view(), b.view());
  EXPECT_NEAR(q(0, 0), 2, 1e-15);
  EXPECT_NEAR(q(0, 1), 3, 1e-15);
  EXPECT_NEAR(q(1, 0), 3, 1e-15);
  EXPECT_NEAR(q(1, 1), 0, 1e-15);
}

TEST(SymmetricQuadratic, IsThePenaltyOnceTheRunsSpanTheSpace) {
  auto const lambda = random_symmetric(12, 1);
  for (std::int64_t const runs : {12, 13, 40}) {
    auto const theta = random_matrix(12, runs, 2 + static_cast<std::uint64_t>(runs));
    auto const b = product(lambda, theta);
    auto const q = symmetric_quadratic(theta.view(), b.view());
    expect_symmetric(q);
    EXPECT_LT(relative_distance(q.view(), lambda.view()), 1e-10);
    EXPECT_NEAR(explained_share(q.view(), theta.view(), b.view()), 1, 1e-14);
  }
}

TEST(SymmetricQuadratic, FewerRunsLeaveWhatTheyDoNotSpan) {
  std::int64_t const d = 12, runs = 7;
  auto const lambda = random_symmetric(d, 1);
  auto const theta = random_matrix(d, runs, 5);
  auto const q = symmetric_quadratic(theta.view(), product(lambda, theta).view());
  expect_symmetric(q);
  // Every such fit reproduces the deviations; this one lacks P Lambda P, P off the span of the weights.
  EXPECT_LT(relative_distance(product(q, theta).view(), product(lambda, theta).view()), 1e-12);
  DenseMatrix basis = random_matrix(d, runs, 5);
  std::vector<double> scalars(static_cast<std::size_t>(runs));
  linalg::geqrf(basis.view(), scalars);
  linalg::orgqr(basis.view(), scalars);
  DenseMatrix off(d, d);
  for (std::int64_t j = 0; j < d; ++j) off(j, j) = 1;
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, -1, basis.view(), basis.view(), 1, off.view());
  auto expected = product(product(off, lambda), off);
  for (std::int64_t j = 0; j < d; ++j)
    for (std::int64_t i = 0; i < d; ++i) expected(i, j) = lambda(i, j) - expected(i, j);
  EXPECT_LT(relative_distance(q.view(), expected.view()), 1e-12);
}

/// The normal equations (Q Theta - B) Theta^T symmetrised vanish, for deviations that no symmetric matrix
/// makes.
TEST(SymmetricQuadratic, SolvesTheNormalEquations) {
  auto const theta = random_matrix(9, 30, 6);
  auto const b = random_matrix(9, 30, 7);
  auto const q = symmetric_quadratic(theta.view(), b.view());
  auto rest = product(q, theta);
  for (std::size_t i = 0; i < rest.values().size(); ++i) rest.values()[i] -= b.values()[i];
  DenseMatrix gradient(9, 9);
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::yes, 1, rest.view(), theta.view(), 0,
               gradient.view());
  for (std::int64_t j = 0; j < 9; ++j)
    for (std::int64_t i = 0; i <= j; ++i) EXPECT_NEAR(gradient(i, j) + gradient(j, i), 0, 1e-11);
  expect_symmetric(q);
}

TEST(SymmetricQuadratic, RepeatedRunsAreOneRun) {
  auto const theta = random_matrix(6, 1, 8), b = random_matrix(6, 1, 9);
  DenseMatrix twice(6, 2), deviations(6, 2);
  for (std::int64_t k = 0; k < 2; ++k) {
    std::ranges::copy(theta.column(0), twice.column(k).begin());
    std::ranges::copy(b.column(0), deviations.column(k).begin());
  }
  EXPECT_LT(relative_distance(symmetric_quadratic(twice.view(), deviations.view()).view(),
                              symmetric_quadratic(theta.view(), b.view()).view()),
            1e-12);
}

TEST(DiagonalQuadratic, IsARatioPerInput) {
  DenseMatrix theta(2, 2), b(2, 2);
  theta(0, 0) = 1;
  theta(0, 1) = 2;
  b(0, 0) = 3;
  b(0, 1) = -1;
  auto const q = diagonal_quadratic(theta.view(), b.view());
  EXPECT_DOUBLE_EQ(q(0, 0), 1.0 / 5);
  EXPECT_EQ(q(1, 1), 0);
  EXPECT_EQ(q(0, 1), 0);
}

TEST(StoppingPenalty, MakesStoppedWeightsStationary) {
  std::int64_t const d = 5;
  auto const x = random_matrix(40, d, 10);
  DenseMatrix gram(d, d);
  linalg::syrk(linalg::Triangle::upper, linalg::Transpose::yes, 1.0 / 40, x.view(), 0, gram.view());
  linalg::symmetrize(linalg::Triangle::upper, gram.view());
  auto vectors = gram;
  std::vector<double> values(static_cast<std::size_t>(d));
  linalg::syevd(linalg::Eigenvectors::wanted, linalg::Triangle::upper, vectors.view(), values);
  auto const moment = normals(static_cast<std::size_t>(d), 11);
  std::vector<double> theta(static_cast<std::size_t>(d)), gradient(static_cast<std::size_t>(d));
  for (int step = 0; step < 60; ++step) {
    gradient = moment;
    linalg::gemv(linalg::Transpose::no, -1, gram.view(), theta, 1, gradient);
    for (std::size_t j = 0; j < theta.size(); ++j) theta[j] += 0.05 * gradient[j];
  }
  gradient = moment;
  linalg::gemv(linalg::Transpose::no, -1, gram.view(), theta, 1, gradient);
  auto const lambda = stopping_penalty({0.05, 60}, values, vectors.view());
  std::vector<double> pull(static_cast<std::size_t>(d));
  linalg::gemv(linalg::Transpose::no, 1, lambda.view(), theta, 0, pull);
  for (std::size_t j = 0; j < theta.size(); ++j) EXPECT_NEAR(pull[j], gradient[j], 1e-10);
  auto const again = retrained(gram.view(), moment, lambda.view(), theta);
  EXPECT_TRUE(again.is_definite);
  EXPECT_LT(again.error, 1e-10);
}

TEST(Retraining, SaysWhereThePenaltyIsNotConvex) {
  DenseMatrix gram(2, 2), q(2, 2);
  gram(0, 0) = gram(1, 1) = 1;
  q(1, 1) = -3;
  std::vector<double> const moment{1, 4}, theta{1, -2};
  auto const again = retrained(gram.view(), moment, q.view(), theta);
  EXPECT_FALSE(again.is_definite);
  EXPECT_NEAR(again.error, 0, 1e-14);
  q(1, 1) = -1;
  EXPECT_TRUE(std::isnan(retrained(gram.view(), moment, q.view(), theta).error));
}

TEST(RelativeDistance, OfNothing) {
  DenseMatrix const zero(2, 2);
  EXPECT_TRUE(std::isnan(relative_distance(zero.view(), zero.view())));
}

}  // namespace
}  // namespace thresher::implicit_regularization
