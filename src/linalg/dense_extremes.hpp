#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <vector>

namespace thresher::linalg {

/// The whole spectrum of a symmetric matrix, and eigenvectors of the eigenvalues of largest magnitude.
struct DenseExtremes {
  std::vector<double> spectrum;  ///< all eigenvalues, ascending
  std::vector<double> values;    ///< of largest magnitude, descending in it
  DenseMatrix vectors;           ///< one column per entry of `values`, orthonormal
};

/// By LAPACK: one reduction to a tridiagonal matrix, of which all eigenvalues are found, and vectors of
/// `count` of them only (relatively robust representations). Reads the lower triangle of `a`, which is
/// spoilt. Not collective. Throws std::runtime_error when an iteration fails.
DenseExtremes dense_extremes(MatrixView a, std::int64_t count);

}  // namespace thresher::linalg
