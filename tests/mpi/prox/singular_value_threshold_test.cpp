#include "prox/singular_value_threshold.hpp"

#include "linalg/orthonormal_frame.hpp"
#include "linalg/singular_values.hpp"
#include "prox/thresholded_subspace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace thresher;
using linalg::DenseMatrix;
using linalg::Transpose;

DenseMatrix random_matrix(std::int64_t rows, std::int64_t columns, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  DenseMatrix a(rows, columns);
  for (double& entry : a.values()) entry = normal(generator);
  return a;
}

DenseMatrix product(linalg::ConstMatrixView a, Transpose of_b, linalg::ConstMatrixView b) {
  DenseMatrix c(a.rows, of_b == Transpose::no ? b.columns : b.rows);
  linalg::gemm(Transpose::no, of_b, 1, a, b, 0, c.view());
  return c;
}

/// With these singular values, each rank making the whole.
DenseMatrix with_values(std::int64_t rows, std::int64_t columns, std::vector<double> const& values) {
  auto u = random_matrix(rows, static_cast<std::int64_t>(values.size()), 1);
  auto v = random_matrix(columns, static_cast<std::int64_t>(values.size()), 2);
  linalg::orthonormalize_columns(u.view());
  linalg::orthonormalize_columns(v.view());
  for (std::int64_t k = 0; k < u.columns(); ++k)
    for (double& entry : u.column(k)) entry *= values[static_cast<std::size_t>(k)];
  return product(u.view(), Transpose::yes, v.view());
}

/// The proximal operator by a whole decomposition.
DenseMatrix thresholded(DenseMatrix a, double threshold) {
  auto const rank = std::min(a.rows(), a.columns());
  DenseMatrix u(a.rows(), rank), vt(rank, a.columns());
  std::vector<double> values(static_cast<std::size_t>(rank));
  linalg::gesdd(a.view(), values, u.view(), vt.view());
  for (std::int64_t k = 0; k < rank; ++k)
    for (double& entry : u.column(k)) entry *= std::max(values[static_cast<std::size_t>(k)] - threshold, 0.0);
  return product(u.view(), Transpose::no, vt.view());
}

void expect_near(DenseMatrix const& a, DenseMatrix const& b, double tolerance) {
  for (std::size_t k = 0; k < a.values().size(); ++k) EXPECT_NEAR(a.values()[k], b.values()[k], tolerance);
}

mpi::Communicator world() {
  return mpi::Communicator::duplicate(MPI_COMM_WORLD);
}

/// X X^T in by this rank's columns of X alone. X must outlive it.
prox::GramProduct part_of_gram_product(mpi::Communicator const& comm, DenseMatrix const& x) {
  return [&comm, &x](linalg::ConstMatrixView in, linalg::MatrixView out) {
    std::int64_t const begin = x.columns() * comm.rank() / comm.size();
    std::int64_t const end = x.columns() * (comm.rank() + 1) / comm.size();
    auto const own = x.columns_from(begin, end - begin);
    DenseMatrix inner(own.columns, in.columns);
    linalg::gemm(Transpose::yes, Transpose::no, 1, own, in, 0, inner.view());
    linalg::gemm(Transpose::no, Transpose::no, 1, own, inner.view(), 0, out);
  };
}

TEST(ShrinkingFactor, IsTheProximalOperatorOfTheNuclearNorm) {
  auto const comm = world();
  auto const x = with_values(12, 30, {5, 4, 4, 2, 1.5, 0.5});
  for (double const threshold : {0.2, 1.6, 4.5, 6.0}) {
    auto gram = product(x.view(), Transpose::yes, x.view());
    auto const factor = prox::shrinking_factor(comm, gram.view(), threshold);
    DenseMatrix shrunk = x;
    factor.apply(shrunk.view());
    auto const expected = thresholded(x, threshold);
    expect_near(shrunk, expected, 1e-12);
    DenseMatrix rest = x;
    factor.subtract(rest.view());
    for (std::size_t k = 0; k < rest.values().size(); ++k) rest.values()[k] += expected.values()[k];
    expect_near(rest, x, 1e-12);
    double norm = 0;
    for (double const value : {5.0, 4.0, 4.0, 2.0, 1.5, 0.5}) norm += std::max(value - threshold, 0.0);
    EXPECT_NEAR(factor.nuclear_norm(), norm, 1e-12);
  }
}

TEST(ThresholdedSubspace, FindsAllAboveTheThresholdCopiesIncluded) {
  auto const comm = world();
  std::vector<double> values(14, 6.0);  // more copies than the first block is wide
  for (int k = 0; k < 20; ++k) values.push_back(3.0 / (1 + k));
  auto const x = with_values(60, 80, values);
  auto const multiply = part_of_gram_product(comm, x);
  prox::ThresholdedSubspace subspace(comm, 60);
  for (double const threshold : {2.0, 5.0, 0.9}) {
    auto const factor = subspace.above(multiply, threshold, 1e-10);
    std::int64_t const expected_rank =
        std::count_if(values.begin(), values.end(), [&](double value) { return value > threshold; });
    ASSERT_EQ(factor.rank(), expected_rank);
    DenseMatrix shrunk = x;
    factor.apply(shrunk.view());
    expect_near(shrunk, thresholded(x, threshold), 1e-8);
  }
  EXPECT_EQ(subspace.above(multiply, 7, 1e-10).rank(), 0);
  auto const leading = subspace.leading(multiply, 16, 1e-10);
  ASSERT_EQ(leading.rank(), 16);
  EXPECT_NEAR(leading.singular_values[13], 6, 1e-9);
  EXPECT_NEAR(leading.singular_values[14], 3, 1e-9);
  EXPECT_NEAR(leading.singular_values[15], 1.5, 1e-9);
}

/// A few values above a threshold inside a broad bulk, in directions that no unit vector is near to.
TEST(ThresholdedSubspace, SeesWhatHidesInTheBulk) {
  auto const comm = world();
  auto const x = random_matrix(150, 300, 5);
  std::vector<double> values(150);
  auto copy = x;
  linalg::singular_values(copy.view(), values);
  for (std::size_t const rank : {1, 4, 9}) {
    auto const multiply = part_of_gram_product(comm, x);
    prox::ThresholdedSubspace subspace(comm, 150, {.guard = 8, .products = 2});
    for (int call = 0; call < 3; ++call)
      EXPECT_EQ(subspace.above(multiply, (values[rank - 1] + values[rank]) / 2, 1e-8).rank(),
                static_cast<std::int64_t>(rank))
          << rank << ' ' << call;
  }
}

TEST(ThresholdedSubspace, SeveralSearchesAreThoseOfEach) {
  auto const comm = world();
  std::vector<DenseMatrix> matrices;
  std::vector<double> const thresholds{14, 1e3, 11, 17, 12.5};
  for (unsigned k = 0; k < 5; ++k) matrices.push_back(random_matrix(70 + 5 * (k % 3), 90, k));
  std::vector<prox::ThresholdedSubspace> alone, together;
  for (auto const& matrix : matrices) {
    alone.emplace_back(comm, matrix.rows());
    together.emplace_back(comm, matrix.rows());
  }
  for (int call = 0; call < 2; ++call) {
    std::vector<prox::ThresholdedSubspace::Request> requests;
    for (std::size_t k = 0; k < 5; ++k)
      requests.push_back({&together[k], part_of_gram_product(comm, matrices[k]), thresholds[k]});
    auto const found = prox::ThresholdedSubspace::above(comm, requests, 1e-10);
    for (std::size_t k = 0; k < 5; ++k) {
      auto const expected = alone[k].above(part_of_gram_product(comm, matrices[k]), thresholds[k], 1e-10);
      ASSERT_EQ(found[k].factor.rank(), expected.rank()) << k;
      auto shrunk = matrices[k], expected_shrunk = matrices[k];
      found[k].factor.apply(shrunk.view());
      expected.apply(expected_shrunk.view());
      expect_near(shrunk, expected_shrunk, 1e-8);
      EXPECT_EQ(found[k].factor.threshold, thresholds[k]);
      EXPECT_EQ(together[k].products(), alone[k].products());
      auto copy = matrices[k];
      std::vector<double> values(static_cast<std::size_t>(copy.rows()));
      linalg::singular_values(copy.view(), values);
      EXPECT_EQ(found[k].factor.rank(),
                std::ranges::count_if(values, [&](double value) { return value > thresholds[k]; }));
    }
    EXPECT_EQ(found[1].factor.rank(), 0);
    EXPECT_GT(found[2].factor.rank(), 3);
  }
}

/// Of a short search, from the panels that were multiplied; a long one says nothing.
TEST(ThresholdedSubspace, SaysHowItsVectorsCombineThePanels) {
  auto const comm = world();
  std::vector<double> values;
  for (int k = 0; k < 50; ++k) values.push_back(k < 12 ? 9 - 0.2 * k : 2.0 - 0.02 * k);
  auto const x = with_values(60, 80, values);
  auto const multiply = part_of_gram_product(comm, x);
  prox::ThresholdedSubspace subspace(comm, 60, {.guard = 4, .products = 2});
  int lengths[2] = {};  // long, short
  for (int call = 0; call < 4; ++call) {
    std::vector<DenseMatrix> panels;
    auto const recording = [&](linalg::ConstMatrixView in, linalg::MatrixView out) {
      auto& copy = panels.emplace_back(in.rows, in.columns);
      for (std::int64_t j = 0; j < in.columns; ++j) std::ranges::copy(in.column(j), copy.column(j).begin());
      multiply(in, out);
    };
    prox::ThresholdedSubspace::Request const request{&subspace, recording, 5};
    auto const found = std::move(prox::ThresholdedSubspace::above(comm, {&request, 1}, 1e-12).front());
    ASSERT_EQ(found.factor.rank(), 12);
    bool const is_short = std::ssize(panels) <= prox::ThresholdedSubspace::kPanelsCombined;
    ++lengths[is_short ? 1 : 0];
    if (!is_short) {
      EXPECT_EQ(found.combination.rows(), 0);
      continue;
    }
    DenseMatrix sum(60, 12);
    std::int64_t at = 0;
    for (auto const& panel : panels) {
      linalg::gemm(Transpose::no, Transpose::no, 1, panel.view(),
                   found.combination.view().block(at, 0, panel.columns(), 12), 1, sum.view());
      at += panel.columns();
    }
    EXPECT_EQ(found.combination.rows(), at);
    expect_near(sum, found.factor.vectors, 1e-13);
  }
  EXPECT_GT(lengths[0], 0);
  EXPECT_GT(lengths[1], 0);
}

TEST(ThresholdedSubspace, StartsWithWhatItFound) {
  auto const comm = world();
  std::vector<double> values;
  for (int k = 0; k < 40; ++k) values.push_back(k < 3 ? 5 : 1 + 0.01 * k);
  auto x = with_values(50, 90, values);
  auto const multiply = part_of_gram_product(comm, x);
  prox::ThresholdedSubspace subspace(comm, 50);
  subspace.above(multiply, 3, 1e-8);
  auto const cold = subspace.products();
  x(0, 0) += 1e-9;
  subspace.above(multiply, 3, 1e-8);
  EXPECT_EQ(subspace.products() - cold, 1);
  EXPECT_GT(cold, 1);
}

/// What lies above a much lower threshold is found as if nothing were known, whatever the effort.
TEST(ThresholdedSubspace, SearchesAnewWhereFarMoreIsAbove) {
  auto const comm = world();
  auto const x = random_matrix(300, 400, 6);
  std::vector<double> values(300);
  auto copy = x;
  linalg::singular_values(copy.view(), values);
  auto const multiply = part_of_gram_product(comm, x);
  prox::ThresholdedSubspace subspace(comm, 300, {.guard = 4, .products = 2});
  for (std::size_t const rank : {3, 60}) {
    auto const factor = subspace.above(multiply, (values[rank - 1] + values[rank]) / 2, 1e-10);
    ASSERT_EQ(factor.rank(), static_cast<std::int64_t>(rank));
    for (std::size_t k = 0; k < rank; ++k)
      EXPECT_NEAR(factor.singular_values[k], values[k], 1e-5 * values[0]) << rank << ", " << k;
  }
}

TEST(ShrinkingFactor, OfSeveralMatricesIsThatOfEach) {
  auto const comm = world();
  std::vector<DenseMatrix> matrices, grams;
  for (unsigned k = 0; k < 5; ++k) matrices.push_back(random_matrix(4 + k, 20, k));
  std::vector<linalg::MatrixView> views;
  std::vector<double> thresholds;
  for (auto const& matrix : matrices) grams.push_back(product(matrix.view(), Transpose::yes, matrix.view()));
  for (auto& gram : grams) {
    views.push_back(gram.view());
    thresholds.push_back(2 + 0.5 * static_cast<double>(thresholds.size()));
  }
  auto const factors = prox::shrinking_factors(comm, views, thresholds);
  for (std::size_t k = 0; k < matrices.size(); ++k) {
    DenseMatrix shrunk = matrices[k];
    factors[k].apply(shrunk.view());
    expect_near(shrunk, thresholded(matrices[k], thresholds[k]), 1e-12);
  }
}

TEST(ThresholdedSubspace, ComesCloserFromCallToCallWithFewProducts) {
  auto const comm = world();
  std::vector<double> values;
  for (int k = 0; k < 60; ++k) values.push_back(k < 6 ? 5 - 0.3 * k : 2 - 0.02 * k);
  auto x = with_values(70, 90, values);
  auto const multiply = part_of_gram_product(comm, x);
  prox::ThresholdedSubspace subspace(comm, 70, {.guard = 6, .products = 2, .most = 5});
  subspace.above(multiply, 3, 1e-12);  // the first search is whole
  auto const other = random_matrix(70, 90, 7);
  for (std::size_t k = 0; k < x.values().size(); ++k) x.values()[k] += 0.02 * other.values()[k];
  double last = 1;
  for (int call = 0; call < 4; ++call) {
    auto const before = subspace.products();
    auto const factor = subspace.above(multiply, 3, 1e-12);
    EXPECT_LE(subspace.products() - before, 2);
    ASSERT_EQ(factor.rank(), 5);  // six are above, five are allowed
    DenseMatrix product_of_factor(70, 5), error(70, 5);
    multiply(factor.vectors.view(), product_of_factor.view());
    mpi::sum_in_place(comm, product_of_factor.values());
    double residual = 0;
    for (std::int64_t k = 0; k < 5; ++k)
      for (std::int64_t i = 0; i < 70; ++i) {
        double const s = factor.singular_values[static_cast<std::size_t>(k)];
        double const r = product_of_factor(i, k) - s * s * factor.vectors(i, k);
        residual += r * r;
      }
    EXPECT_TRUE(residual < 0.5 * last || residual < 1e-18) << call << " " << residual;
    last = residual;
  }
}

}  // namespace
