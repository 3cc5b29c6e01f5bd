#include "engine/meeting.hpp"

#include "engine/naps.hpp"

#include <mpi.h>

namespace thresher::engine {

void meet(mpi::Communicator const& comm) {
  if (comm.size() == 1) return;
  Naps naps(std::chrono::microseconds(20), std::chrono::milliseconds(10));
  MPI_Request request = MPI_REQUEST_NULL;
  mpi::check(MPI_Ibarrier(comm.get(), &request), "MPI_Ibarrier");
  for (;;) {
    int met = 0;
    mpi::check(MPI_Test(&request, &met, MPI_STATUS_IGNORE), "MPI_Test");
    if (met != 0) return;
    naps.rest();
  }
}

}  // namespace thresher::engine
