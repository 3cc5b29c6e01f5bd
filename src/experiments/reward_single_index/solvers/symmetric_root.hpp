#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// The symmetric square root of a positive semidefinite matrix, with eigenvalues of at most `bound` set to 0,
/// and what is left of the spectrum. One rank computes, all receive. Collective.
struct SymmetricRoot {
  linalg::DenseMatrix root;
  std::vector<double> kept;     ///< eigenvalues above the bound, descending
  std::vector<double> leading;  ///< eigenvector of the largest; empty where none is kept
};
SymmetricRoot symmetric_root(mpi::Communicator const& comm, linalg::DenseMatrix matrix, double bound);

}  // namespace thresher::reward_single_index
