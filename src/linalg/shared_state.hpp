#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linalg {

/// Writes numbers that are the same on all ranks: rank 0 alone does, so that a team's state has them once.
template <class T>
void put_shared(bytes::Writer& state, mpi::Communicator const& comm, std::span<T const> values) {
  state.put(comm.rank() == 0 ? values : std::span<T const>());
}

/// Gives them back to all ranks. Collective.
template <class T>
std::vector<T> get_shared(bytes::Reader& state, mpi::Communicator const& comm) {
  auto values = state.get<std::vector<T>>();
  mpi::broadcast_vector(comm, values);
  return values;
}

}  // namespace thresher::linalg
