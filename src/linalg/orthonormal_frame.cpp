#include "linalg/orthonormal_frame.hpp"

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace thresher::linalg {

void orthonormalize_columns(MatrixView a) {
  assert(a.rows >= a.columns);
  std::vector<double> reflectors(static_cast<std::size_t>(a.columns));
  geqrf(a, reflectors);
  std::vector<bool> flipped;
  for (std::int64_t j = 0; j < a.columns; ++j) flipped.push_back(a(j, j) < 0);
  orgqr(a, reflectors);
  for (std::int64_t j = 0; j < a.columns; ++j)
    if (flipped[static_cast<std::size_t>(j)])
      for (double& entry : a.column(j)) entry = -entry;
}

void orthonormal_frame(mpi::Communicator const& comm, std::function<void(MatrixView)> const& fill,
                       MatrixView frame) {
  assert(frame.leading == frame.rows || frame.columns == 0);
  mpi::agree(comm, [&] {
    if (comm.rank() != 0) return;
    fill(frame);
    orthonormalize_columns(frame);
  });
  mpi::broadcast(comm, std::span(frame.data, static_cast<std::size_t>(frame.rows * frame.columns)));
}

}  // namespace thresher::linalg
