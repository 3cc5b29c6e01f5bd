#pragma once

#include "linalg/lapack.hpp"

#include <span>

namespace thresher::linalg {

/// Eigenvalues (ascending) and eigenvectors of the symmetric tridiagonal matrix with the given diagonal and
/// off-diagonal (one shorter), by divide and conquer: eigenvalues overwrite the diagonal, the off-diagonal is
/// spoilt. Not collective. Throws std::runtime_error when the iteration fails.
void stevd(std::span<double> diagonal, std::span<double> off_diagonal, MatrixView eigenvectors);

}  // namespace thresher::linalg
