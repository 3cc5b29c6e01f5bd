#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>

/// Approximations of one matrix by one of a smaller rank. Nothing here is collective.
namespace thresher::federated_lora {

/// The shorter side up to which no sketch is needed; columns of a sketch beyond the rank that is asked for.
inline constexpr std::int64_t kLargestDenseSvd = 256;
inline constexpr std::int64_t kOversampling = 8;

/// Best approximation of A as left right^T, the rank being the number of their columns (gesdd); `right` has
/// orthonormal columns. A is overwritten.
void leading_factors(linalg::MatrixView a, linalg::MatrixView left, linalg::MatrixView right);

/// The same, nearly: within the range of A that the columns of `sketch` find in two steps of subspace
/// iteration (Halko, Martinsson and Tropp 2011, algorithm 4.4).
void sketched_factors(linalg::ConstMatrixView a, linalg::DenseMatrix sketch, linalg::MatrixView left,
                      linalg::MatrixView right);

}  // namespace thresher::federated_lora
