#pragma once

#include "linalg/dense_matrix.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace thresher::linalg {

/// Columns that grow in number, in memory that is asked for seldom.
class GrowingPanel {
 public:
  explicit GrowingPanel(std::int64_t rows) : storage_(rows, 0) {}
  std::int64_t rows() const { return storage_.rows(); }
  std::int64_t columns() const { return columns_; }
  MatrixView view() { return storage_.columns_from(0, columns_); }
  ConstMatrixView view() const { return storage_.columns_from(0, columns_); }
  void append(ConstMatrixView more) {
    if (columns_ + more.columns > storage_.columns()) {
      DenseMatrix larger(rows(), std::max(columns_ + more.columns, 2 * storage_.columns()));
      std::ranges::copy(storage_.values().first(static_cast<std::size_t>(rows() * columns_)),
                        larger.values().begin());
      storage_ = std::move(larger);
    }
    for (std::int64_t j = 0; j < more.columns; ++j)
      std::ranges::copy(more.column(j), storage_.column(columns_++).begin());
  }
  /// The columns times S, in their place.
  void replace_by_product(ConstMatrixView s) {
    DenseMatrix product(rows(), s.columns);
    gemm(Transpose::no, Transpose::no, 1, std::as_const(*this).view(), s, 0, product.view());
    columns_ = 0;
    append(product.view());
  }

 private:
  DenseMatrix storage_;
  std::int64_t columns_ = 0;
};

}  // namespace thresher::linalg
