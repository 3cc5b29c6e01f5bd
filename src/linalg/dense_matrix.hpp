#pragma once

#include "linalg/lapack.hpp"
#include "numerics/unset.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace thresher::linalg {

/// Column-major matrix that owns its memory. On a team it is often one rank's rows of a tall panel.
class DenseMatrix {
 public:
  DenseMatrix() = default;
  /// Zeros.
  DenseMatrix(std::int64_t rows, std::int64_t columns)
      : rows_(rows), columns_(columns), values_(static_cast<std::size_t>(rows * columns), 0.0) {}
  /// Anything: for what is written whole before it is read.
  static DenseMatrix unset(std::int64_t rows, std::int64_t columns) {
    DenseMatrix matrix;
    matrix.rows_ = rows;
    matrix.columns_ = columns;
    matrix.values_ = Values(static_cast<std::size_t>(rows * columns));
    return matrix;
  }

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::span<double> values() { return values_; }
  std::span<double const> values() const { return values_; }
  double& operator()(std::int64_t i, std::int64_t j) { return values_[index(i, j)]; }
  double operator()(std::int64_t i, std::int64_t j) const { return values_[index(i, j)]; }
  std::span<double> column(std::int64_t j) { return view().column(j); }
  std::span<double const> column(std::int64_t j) const { return view().column(j); }

  MatrixView view() { return {values_.data(), rows_, columns_}; }
  ConstMatrixView view() const { return {values_.data(), rows_, columns_}; }
  /// Columns begin .. begin + count - 1.
  MatrixView columns_from(std::int64_t begin, std::int64_t count) {
    return view().block(0, begin, rows_, count);
  }
  ConstMatrixView columns_from(std::int64_t begin, std::int64_t count) const {
    return view().block(0, begin, rows_, count);
  }

 private:
  using Values = std::vector<double, numerics::Unset<std::allocator<double>>>;
  std::size_t index(std::int64_t i, std::int64_t j) const { return static_cast<std::size_t>(i + j * rows_); }
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  Values values_;
};

}  // namespace thresher::linalg
