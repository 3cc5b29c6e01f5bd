#pragma once

#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"
#include "prox/lasso.hpp"

#include <span>

namespace thresher::prox {

/// Nonzero entries of a vector of which every rank holds the contiguous part `range`, in the order of ranks,
/// on all ranks. Collective.
SparseVector gather_nonzeros(mpi::Communicator const& comm, mpi::Range range, std::span<double const> part);

}  // namespace thresher::prox
