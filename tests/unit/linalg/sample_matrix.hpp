#pragma once

#include "linalg/dense_matrix.hpp"
#include "linalg/tall_matrix.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linalg {

/// Rows of standard normals, the same in every test and on every rank.
inline RowGenerator normal_rows(std::int64_t columns, std::string_view name = "rows") {
  random::Stream const stream(random::hash_identity("sample matrix"), name);
  return [stream, columns](mpi::Range rows, std::span<double> out) {
    random::fill_normals(stream, {rows.begin, rows.end, 0, columns}, random::Layout::row_major, out, columns);
  };
}

/// Rows `own` of a panel of standard normals.
inline DenseMatrix normal_panel(mpi::Range own, std::int64_t columns, std::string_view name = "panel") {
  random::Stream const stream(random::hash_identity("sample matrix"), name);
  DenseMatrix panel(own.size(), columns);
  for (std::int64_t j = 0; j < columns; ++j)
    stream.normals({static_cast<std::uint64_t>(j)}, static_cast<std::uint64_t>(own.begin), panel.column(j));
  return panel;
}

/// X^T X / n + ridge I, whole.
inline DenseMatrix covariance_of(RowGenerator const& generate, std::int64_t rows, std::int64_t columns,
                                 double ridge = 0) {
  DenseMatrix x(columns, rows);
  generate({0, rows}, x.values());
  DenseMatrix covariance(columns, columns);
  gemm(Transpose::no, Transpose::yes, 1 / static_cast<double>(rows), x.view(), x.view(), 0,
       covariance.view());
  for (std::int64_t j = 0; j < columns; ++j) covariance(j, j) += ridge;
  return covariance;
}

/// f of a symmetric matrix, whole, eigenvalues clamped at 0.
template <class F>
DenseMatrix function_of(DenseMatrix matrix, F f) {
  auto const order = matrix.rows();
  std::vector<double> values(static_cast<std::size_t>(order));
  syevd(Eigenvectors::wanted, Triangle::lower, matrix.view(), values);
  DenseMatrix scaled = matrix;
  for (std::int64_t j = 0; j < order; ++j)
    for (double& entry : scaled.column(j)) entry *= f(std::max(values[static_cast<std::size_t>(j)], 0.0));
  DenseMatrix result(order, order);
  gemm(Transpose::no, Transpose::yes, 1, scaled.view(), matrix.view(), 0, result.view());
  return result;
}

inline DenseMatrix product(DenseMatrix const& a, DenseMatrix const& b) {
  DenseMatrix c(a.rows(), b.columns());
  gemm(Transpose::no, Transpose::no, 1, a.view(), b.view(), 0, c.view());
  return c;
}

/// |A - B|_F / |B|_F.
inline double relative_difference(std::span<double const> a, std::span<double const> b) {
  double difference = 0;
  double size = 0;
  for (std::size_t k = 0; k < b.size(); ++k) {
    difference += (a[k] - b[k]) * (a[k] - b[k]);
    size += b[k] * b[k];
  }
  return std::sqrt(difference / size);
}

}  // namespace thresher::linalg
