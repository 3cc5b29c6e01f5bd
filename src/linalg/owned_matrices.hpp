#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/owned_items.hpp"

#include <span>

/// Matrices of which each is one rank's (mpi/owned_items.hpp).
namespace thresher::linalg {

/// Adds up matrix k of all ranks, of one shape, on its owner; elsewhere it stays. Collective.
void sum_on_owners(mpi::Communicator const& comm, std::span<int const> owners,
                   std::span<DenseMatrix* const> matrices);
/// Every matrix becomes that of its owner, which has as many rows and any number of columns. Collective.
void send_from_owners(mpi::Communicator const& comm, std::span<int const> owners,
                      std::span<DenseMatrix* const> matrices);

}  // namespace thresher::linalg
