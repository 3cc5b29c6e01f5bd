#pragma once

#include "linalg/lapack.hpp"

#include <cstdint>
#include <vector>

namespace thresher::linalg {

/// A panel held in groups of 8 columns, each group row-major (rows x 8), padded with zeros: the shape in
/// which products of tall blocks with few columns run at the speed of the arithmetic, where GEMM spends its
/// time on packing.
///
/// Every entry of a product has an order of additions of its own: its bits depend neither on the columns that
/// go with it nor on the processor (AVX2 and AVX-512 give the same). OpenBLAS promises neither; its small-
/// matrix kernels on AVX-512 change with the width even among multiples of 8.
class ColumnGroups {
 public:
  static constexpr std::int64_t kWidth = 8;

  ColumnGroups() = default;
  /// Zeros.
  ColumnGroups(std::int64_t rows, std::int64_t columns)
      : rows_(rows), columns_(columns), values_(static_cast<std::size_t>(rows * groups() * kWidth)) {}
  explicit ColumnGroups(ConstMatrixView panel);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t groups() const { return (columns_ + kWidth - 1) / kWidth; }
  double* group(std::int64_t g) { return values_.data() + g * rows_ * kWidth; }
  double const* group(std::int64_t g) const { return values_.data() + g * rows_ * kWidth; }
  double operator()(std::int64_t i, std::int64_t j) const {
    return group(j / kWidth)[i * kWidth + j % kWidth];
  }
  void copy_to(MatrixView panel) const;

 private:
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::vector<double> values_;
};

/// scores = block^T panel: one row of scores per column of the block. `scores` has block.columns rows or
/// more; the others are left as they are.
void block_scores(ConstMatrixView block, ColumnGroups const& panel, ColumnGroups& scores);

/// image += block * scores (of which the first block.columns rows are used).
void add_block_image(ConstMatrixView block, ColumnGroups const& scores, ColumnGroups& image);

}  // namespace thresher::linalg
