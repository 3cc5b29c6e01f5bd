#pragma once

#include "linalg/lapack.hpp"

#include <span>

namespace thresher::linalg {

/// Eigenvalues (ascending) and eigenvectors of the symmetric tridiagonal matrix with the given diagonal and
/// off-diagonal (one shorter), by divide and conquer: eigenvalues overwrite the diagonal, the off-diagonal is
/// spoilt. Not collective. Throws std::runtime_error when the iteration fails.
void stevd(std::span<double> diagonal, std::span<double> off_diagonal, MatrixView eigenvectors);

/// Reduces the symmetric matrix of which the lower triangle is read to tridiagonal form T = Q^T A Q: A
/// becomes the reflectors of Q. All spans have A's order; the last entries of the off-diagonal and of `tau`
/// are unused.
void sytrd(MatrixView a, std::span<double> diagonal, std::span<double> off_diagonal, std::span<double> tau);
/// B <- Q B (Transpose::no) or Q^T B with what sytrd left: a few columns cost little beside the reduction.
void ormtr(Transpose transpose, ConstMatrixView reflectors, std::span<double const> tau, MatrixView b);

}  // namespace thresher::linalg
