#pragma once

#include "linalg/lapack.hpp"
#include "numerics/aligned_vector.hpp"
#include "numerics/unset.hpp"

#include <cstdint>
#include <vector>

/// Products of panels of many rows and a few columns each, as the steps of a small network make them. BLAS
/// packs its operands, which at such widths takes as long as the arithmetic; here registers run down the
/// columns. Every entry has an order of additions of its own: its bits depend neither on the columns that go
/// with it nor on the processor. Nothing here is collective.
namespace thresher::linalg {

/// Kernels take so many rows at a time: rows of their operands are a multiple of it (asserted).
inline constexpr std::int64_t kPanelRows = 16;

/// A panel whose rows are filled up with zeros; columns begin with a cache line.
class Panel {
 public:
  Panel() = default;
  /// Zeros.
  Panel(std::int64_t rows, std::int64_t columns);
  explicit Panel(ConstMatrixView from);

  /// With the zeros below.
  MatrixView view() { return {values_.data(), rows_, columns_, leading()}; }
  ConstMatrixView view() const { return {values_.data(), rows_, columns_, leading()}; }
  /// Rows begin .. begin + count - 1, both multiples of kPanelRows.
  MatrixView rows_from(std::int64_t begin, std::int64_t count) {
    return view().block(begin, 0, count, columns_);
  }
  ConstMatrixView rows_from(std::int64_t begin, std::int64_t count) const {
    return view().block(begin, 0, count, columns_);
  }
  std::int64_t padded_rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }

 private:
  struct Unset {};
  Panel(std::int64_t rows, std::int64_t columns, Unset)
      : rows_((rows + kPanelRows - 1) / kPanelRows * kPanelRows),
        columns_(columns),
        values_(static_cast<std::size_t>(leading() * columns)) {}
  /// An odd number of cache lines: columns a power of two apart would share a few sets of the first cache.
  std::int64_t leading() const { return rows_ + kPanelRows / 2; }
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::vector<double, numerics::Unset<numerics::AlignedAllocator<double>>> values_;
};

/// A small matrix, as it is or transposed: entry (i, j) is data[i * row_step + j * column_step].
struct Coefficients {
  double const* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t row_step = 0;
  std::int64_t column_step = 0;

  static Coefficients of(ConstMatrixView a) { return {a.data, a.rows, a.columns, 1, a.leading}; }
  static Coefficients transposed(ConstMatrixView a) { return {a.data, a.columns, a.rows, a.leading, 1}; }
};

/// Y <- X S. Y may have fewer rows than X, those without what fills them up.
void panel_product(ConstMatrixView x, Coefficients const& s, MatrixView y);
/// Y <- B + X S.
void panel_product(ConstMatrixView b, ConstMatrixView x, Coefficients const& s, MatrixView y);
/// Z <- X^T Y.
void panel_overlaps(ConstMatrixView x, ConstMatrixView y, MatrixView z);

/// Up to this many rows and columns on every side products take less time this way, copies included.
inline constexpr std::int64_t kLargestSmallSide = 128;

/// C <- A B, A B^T or A^T B for matrices of any number of rows: by panels of its own where no side is above
/// kLargestSmallSide, else by dgemm.
void small_product(Transpose of_a, Transpose of_b, ConstMatrixView a, ConstMatrixView b, MatrixView c);
/// The lower triangle of C <- A A^T (Transpose::no) or A^T A, likewise; above it C may be spoilt.
void small_gram(Transpose of_a, ConstMatrixView a, MatrixView c);

}  // namespace thresher::linalg
