#pragma once

#include "linalg/lapack.hpp"

#include <span>

namespace thresher::linalg {

/// Thin singular value decomposition A = U diag(s) V^T by divide and conquer (dgesdd), s descending; A is
/// spoilt. With p = min of A's extents, s has p numbers, U is rows x p, V^T p x columns. Not collective.
/// Throws std::runtime_error when the iteration fails.
void gesdd(MatrixView a, std::span<double> singular_values, MatrixView u, MatrixView v_transposed);

/// Singular values alone, descending; A is spoilt. Not collective.
void singular_values(MatrixView a, std::span<double> values);

}  // namespace thresher::linalg
