#pragma once

#include "linalg/byte_state.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linalg {

/// Writes numbers that are the same on all ranks: rank 0 alone does, so that a team's state has them once.
template <class T>
void put_shared(StateWriter& state, mpi::Communicator const& comm, std::span<T const> values) {
  state.put_all(comm.rank() == 0 ? values : std::span<T const>());
}

/// Gives them back to all ranks. Collective.
template <class T>
std::vector<T> get_shared(StateReader& state, mpi::Communicator const& comm) {
  auto values = state.get_all<T>();
  values.resize(mpi::broadcast_value(comm, values.size()));
  mpi::broadcast(comm, std::span(values));
  return values;
}

}  // namespace thresher::linalg
