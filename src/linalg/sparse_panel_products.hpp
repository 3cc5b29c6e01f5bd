#pragma once

#include "linalg/lapack.hpp"

#include <cstdint>
#include <span>

/// Products of a sparse matrix, given row by row, with panels of some dozens of columns, and products of
/// panels where a sparse matrix has its entries. Panels lie as those who thin out rows hold them: a column
/// per row of the sparse matrix. Every number has an order of additions of its own: its bits depend neither
/// on the columns that go with it nor on the processor. Nothing here is collective.
namespace thresher::linalg {

/// Places of a sparse matrix in one of its rows, and their values.
template <class Value>
struct BasicSparseRow {
  std::span<std::int32_t const> columns;
  std::span<Value> values;
};
using SparseRow = BasicSparseRow<double const>;
using SampledRow = BasicSparseRow<double>;

/// out (b x rows of A) <- out + (A Q)^T for Q with b columns.
void add_sparse_product(std::span<SparseRow const> a, ConstMatrixView q, MatrixView out);
/// out (columns of A x b) <- A^T P^T for P (b x rows of A).
void transposed_sparse_product(std::span<SparseRow const> a, ConstMatrixView p, MatrixView out);
/// Adds to the value at (i, j) `scale` times the inner product of row j of V and column i of C.
void add_sampled_product(double scale, ConstMatrixView v, ConstMatrixView c,
                         std::span<SampledRow const> values);

}  // namespace thresher::linalg
