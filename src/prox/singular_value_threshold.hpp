#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::prox {

/// Left factor of the proximal operator of t ||.||_* at X: U diag((s_i - t)_+) V^T = F X with
/// F = sum over s_i > t of (1 - t / s_i) u_i u_i^T (Cai, Candes and Shen 2010). It applies to any part of the
/// columns of X, so that a stack that is spread over ranks needs nothing else.
struct ShrinkingFactor {
  linalg::DenseMatrix vectors;          ///< u_i, singular values descending, orthonormal
  std::vector<double> singular_values;  ///< s_i > t
  double threshold = 0;

  std::int64_t rank() const { return vectors.columns(); }
  /// Nuclear norm of F X.
  double nuclear_norm() const;
  /// Columns of X <- F X, or X - F X. Not collective.
  void apply(linalg::MatrixView columns) const;
  void subtract(linalg::MatrixView columns) const;

 private:
  /// The scaled vectors (1 - t / s_i) u_i.
  linalg::DenseMatrix scaled() const;
};

/// From the Gram matrix X X^T (lower triangle, the same on all ranks; spoilt on rank 0), by one rank for all.
/// Squaring loses singular values below 1e-8 of the largest: t must be above. t > 0. Collective.
ShrinkingFactor shrinking_factor(mpi::Communicator const& comm, linalg::MatrixView gram, double threshold);

/// The same for several matrices with thresholds of their own, each decomposed by its owner (mpi::in_turn),
/// where alone it need be right. Collective.
std::vector<ShrinkingFactor> shrinking_factors(mpi::Communicator const& comm,
                                               std::span<linalg::MatrixView const> grams,
                                               std::span<double const> thresholds);

/// The `count` leading triplets with threshold 0, from a Gram matrix as above (spoilt on rank 0). Collective.
ShrinkingFactor leading_factor(mpi::Communicator const& comm, linalg::MatrixView gram, std::int64_t count);

}  // namespace thresher::prox
