#pragma once

#include "mpi/communicator.hpp"

namespace thresher::engine {

/// Waits until every rank has come here, at rest: MPI's own collectives look without pause, and ranks that
/// wait so take the processor from those that they wait for, where there are more ranks than processors.
/// Collective.
void meet(mpi::Communicator const& comm);

}  // namespace thresher::engine
