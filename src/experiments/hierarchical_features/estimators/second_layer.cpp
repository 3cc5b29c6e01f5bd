#include "experiments/hierarchical_features/estimators/second_layer.hpp"

#include "experiments/hierarchical_features/estimators/spectral_weights.hpp"

#include <cmath>
#include <numbers>

namespace thresher::hierarchical_features {

namespace {

constexpr double kRoot = std::numbers::sqrt2;

linalg::DenseMatrix correlation(mpi::Communicator const& comm, std::int64_t rows,
                                linalg::ConstMatrixView own_h, std::vector<double> const& own_y) {
  linalg::DenseMatrix weighted(own_h.rows, own_h.columns);
  for (std::int64_t j = 0; j < own_h.columns; ++j)
    for (std::int64_t i = 0; i < own_h.rows; ++i)
      weighted(i, j) = own_y[static_cast<std::size_t>(i)] * own_h(i, j);
  linalg::DenseMatrix b(own_h.columns, own_h.columns);
  linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1 / (kRoot * static_cast<double>(rows)), own_h,
               weighted.view(), 0, b.view());
  double total = 0;
  for (double const value : own_y) total += value;
  for (std::int64_t j = 0; j < b.columns(); ++j) b(j, j) -= total / (kRoot * static_cast<double>(rows));
  mpi::sum_in_place(comm, b.values());
  for (std::int64_t j = 0; j < b.columns(); ++j)  // as symmetric as its sums
    for (std::int64_t i = 0; i < j; ++i) b(i, j) = b(j, i) = (b(i, j) + b(j, i)) / 2;
  return b;
}

/// Least squares on the products (h_i h_j - delta_ij), i <= j, squares over sqrt2: normal equations.
linalg::DenseMatrix least_squares(mpi::Communicator const& comm, std::int64_t rows,
                                  linalg::ConstMatrixView own_h, std::vector<double> const& own_y) {
  constexpr double kRidge = 1e-9;
  constexpr std::int64_t kRowsOfGram = 256;
  auto const m = own_h.columns;
  auto const products = m * (m + 1) / 2;
  // The Gram matrix and, in its last column, the right-hand side.
  linalg::DenseMatrix sums(products, products + 1);
  auto const gram = sums.columns_from(0, products);
  mpi::agree(comm, [&] {
    linalg::DenseMatrix block(products, kRowsOfGram);
    for (std::int64_t first = 0; first < own_h.rows; first += kRowsOfGram) {
      auto const count = std::min(kRowsOfGram, own_h.rows - first);
      for (std::int64_t row = 0; row < count; ++row) {
        std::int64_t at = 0;
        for (std::int64_t i = 0; i < m; ++i) {
          double const h = own_h(first + row, i);
          block(at++, row) = (h * h - 1) / kRoot;
          for (std::int64_t j = i + 1; j < m; ++j) block(at++, row) = h * own_h(first + row, j);
        }
      }
      auto const some = block.columns_from(0, count);
      linalg::syrk(linalg::Triangle::lower, linalg::Transpose::no, 1, some, 1, gram);
      linalg::gemv(linalg::Transpose::no, 1, some,
                   std::span(own_y).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                   1, sums.column(products));
    }
  });
  mpi::sum_in_place(comm, sums.values());
  // One rank factors: processors differ in the last bits.
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    for (std::int64_t k = 0; k < products; ++k) gram(k, k) += kRidge * static_cast<double>(rows);
    if (!linalg::potrf(linalg::Triangle::lower, gram))
      throw std::runtime_error("the products of the learned features are linearly dependent");
    linalg::potrs(linalg::Triangle::lower, gram, sums.columns_from(products, 1));
  });
  mpi::broadcast(comm, sums.column(products));
  linalg::DenseMatrix b(m, m);
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < m; ++i) {
    b(i, i) = sums(at++, products);
    for (std::int64_t j = i + 1; j < m; ++j) b(i, j) = b(j, i) = sums(at++, products) / kRoot;
  }
  return b;
}

}  // namespace

linalg::DenseMatrix second_layer(SecondLayer method, mpi::Communicator const& comm, std::int64_t rows,
                                 linalg::ConstMatrixView own_h, std::vector<double> own_labels) {
  center(comm, rows, own_labels);
  if (method == SecondLayer::ls) return least_squares(comm, rows, own_h, own_labels);
  auto b = correlation(comm, rows, own_h, own_labels);
  if (method == SecondLayer::diagonal)
    for (std::int64_t j = 0; j < b.columns(); ++j)
      for (std::int64_t i = 0; i < b.rows(); ++i)
        if (i != j) b(i, j) = 0;
  return b;
}

std::vector<double> quadratic_values(linalg::ConstMatrixView own_h, linalg::DenseMatrix const& b) {
  linalg::DenseMatrix image(own_h.rows, b.columns());
  linalg::gemm(linalg::Transpose::no, linalg::Transpose::no, 1, own_h, b.view(), 0, image.view());
  double trace = 0;
  for (std::int64_t j = 0; j < b.columns(); ++j) trace += b(j, j);
  std::vector<double> values(static_cast<std::size_t>(own_h.rows), -trace);
  for (std::int64_t j = 0; j < b.columns(); ++j)
    for (std::int64_t i = 0; i < own_h.rows; ++i)
      values[static_cast<std::size_t>(i)] += own_h(i, j) * image(i, j);
  for (double& value : values) value /= kRoot;
  return values;
}

std::vector<double> form_values(Features const& features, LearnedForm const& form) {
  return quadratic_values(features.times(form.own_directions.view()).view(), form.coefficients);
}

}  // namespace thresher::hierarchical_features
