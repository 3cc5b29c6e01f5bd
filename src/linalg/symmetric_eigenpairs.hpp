#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linalg {

/// Some eigenpairs of a symmetric matrix, eigenvalues descending.
struct SymmetricEigenpairs {
  std::vector<double> values;
  DenseMatrix vectors;  ///< one column per value, orthonormal
};

/// The eigenpairs with eigenvalues above `bound` of the symmetric matrix of which one triangle is read
/// (dsyevd for small ones, else dsyevr); A is spoilt. Not collective. Throws std::runtime_error when the
/// iteration fails.
SymmetricEigenpairs eigenpairs_above(Triangle triangle, MatrixView a, double bound);

/// The same for several matrices, small ones of one order side by side (`batched_eigenpairs_above`).
std::vector<SymmetricEigenpairs> eigenpairs_above(Triangle triangle, std::span<MatrixView const> matrices,
                                                  std::span<double const> bounds);

/// The `count` largest ones (1 <= count <= order).
SymmetricEigenpairs largest_eigenpairs(Triangle triangle, MatrixView a, std::int64_t count);

}  // namespace thresher::linalg
