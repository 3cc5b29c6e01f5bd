#pragma once

#include "linalg/symmetric_eigenpairs.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linalg {

/// Up to this order what `batched_eigenpairs_above` holds of eight matrices stays in the second cache,
/// nearly.
inline constexpr std::int64_t kLargestBatchedOrder = 128;

/// `eigenpairs_above` for several matrices of one order: eight at a time go through one decomposition, each
/// in a lane of the vector registers of its own (four without AVX-512). The pairs of a matrix have the same
/// bits whatever goes with it. Each matrix is scaled by a power of two, reduced by Householder's reflections
/// and diagonalised by the implicit QL method (Golub and Van Loan, sections 8.3.1 and 8.3.3); its rotations,
/// then the reflections, make the vectors that are wanted out of unit vectors, so that those of a cluster are
/// as orthogonal as any, and few cost little. Matrices are left as they are. Not collective. Throws
/// std::runtime_error where an iteration fails.
std::vector<SymmetricEigenpairs> batched_eigenpairs_above(Triangle triangle,
                                                          std::span<MatrixView const> matrices,
                                                          std::span<double const> bounds);

}  // namespace thresher::linalg
