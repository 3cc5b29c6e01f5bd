#include "engine/end_all_ranks.hpp"

#include <mpi.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace thresher::engine {

void end_all_ranks(mpi::Communicator const& comm, int code, double patience) {
  std::fflush(nullptr);
  std::thread([code, patience] {
    std::this_thread::sleep_for(std::chrono::duration<double>(patience));
    std::_Exit(code);
  }).detach();
  MPI_Abort(comm.get(), code);
  std::_Exit(code);
}

}  // namespace thresher::engine
