#pragma once

#include "mpi/communicator.hpp"

namespace thresher::engine {

/// Ends all ranks by MPI_Abort with this exit code, from any thread of any of them. Called beside a thread
/// that is inside MPI, it was seen neither to return nor to end the process (once in 55 times, Open MPI
/// 4.1.4): after `patience` seconds the process leaves by itself with the same code, and its launcher takes
/// that for the end of all.
[[noreturn]] void end_all_ranks(mpi::Communicator const& comm, int code, double patience = 10);

}  // namespace thresher::engine
