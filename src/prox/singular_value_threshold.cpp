#include "prox/singular_value_threshold.hpp"

#include "linalg/symmetric_eigenpairs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace thresher::prox {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

double ShrinkingFactor::nuclear_norm() const {
  double norm = 0;
  for (double const value : singular_values) norm += value - threshold;
  return norm;
}

DenseMatrix ShrinkingFactor::scaled() const {
  DenseMatrix result = vectors;
  for (std::int64_t k = 0; k < rank(); ++k) {
    double const kept = 1 - threshold / singular_values[static_cast<std::size_t>(k)];
    for (double& entry : result.column(k)) entry *= kept;
  }
  return result;
}

void ShrinkingFactor::apply(MatrixView columns) const {
  DenseMatrix coefficients(rank(), columns.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, vectors.view(), columns, 0, coefficients.view());
  if (rank() == 0)
    for (std::int64_t j = 0; j < columns.columns; ++j) std::ranges::fill(columns.column(j), 0.0);
  else
    linalg::gemm(Transpose::no, Transpose::no, 1, scaled().view(), coefficients.view(), 0, columns);
}

void ShrinkingFactor::subtract(MatrixView columns) const {
  if (rank() == 0) return;
  DenseMatrix coefficients(rank(), columns.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, vectors.view(), columns, 0, coefficients.view());
  linalg::gemm(Transpose::no, Transpose::no, -1, scaled().view(), coefficients.view(), 1, columns);
}

ShrinkingFactor shrinking_factor(mpi::Communicator const& comm, MatrixView gram, double threshold) {
  linalg::SymmetricEigenpairs pairs;
  mpi::agree(comm, [&] {
    if (comm.rank() == 0)
      pairs = linalg::eigenpairs_above(linalg::Triangle::lower, gram, threshold * threshold);
  });
  mpi::broadcast_vector(comm, pairs.values);
  if (comm.rank() != 0)
    pairs.vectors = DenseMatrix(gram.rows, static_cast<std::int64_t>(pairs.values.size()));
  mpi::broadcast(comm, pairs.vectors.values());
  ShrinkingFactor factor{std::move(pairs.vectors), {}, threshold};
  for (double const value : pairs.values) factor.singular_values.push_back(std::sqrt(value));
  return factor;
}

}  // namespace thresher::prox
