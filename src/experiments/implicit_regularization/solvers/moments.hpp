#pragma once

#include "experiments/implicit_regularization/data/rows.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"

#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// X^T X / n on rank 0, both triangles; an empty matrix elsewhere. Added up in an order that depends on n
/// alone. Collective.
linalg::DenseMatrix gram_matrix(mpi::Communicator const& comm, Rows const& rows);

/// X^T y / n, on all ranks. Collective.
std::vector<double> moment(mpi::Communicator const& comm, Rows const& rows);

/// Mean of y^2, on all ranks. Collective.
double mean_square(mpi::Communicator const& comm, Rows const& rows);

/// Eigenvalues (ascending) of S = X^T X / n and their vectors, on rank 0.
struct GramSpectrum {
  std::vector<double> values;
  linalg::DenseMatrix vectors;
};
/// Of the matrix that rank 0 holds. Collective.
GramSpectrum decompose(mpi::Communicator const& comm, linalg::DenseMatrix gram);

}  // namespace thresher::implicit_regularization
