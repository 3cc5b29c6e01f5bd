#pragma once

#include "mpi/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Work in many items of which each is one rank's: the ranks take turns. Nothing is held twice.
namespace thresher::mpi {

/// The rank that item number k belongs to.
inline int owner_of(Communicator const& comm, std::size_t k) {
  return static_cast<int>(k % static_cast<std::size_t>(comm.size()));
}

/// Adds up item k of all ranks (as long on each) on its owner, by MPI_Reduce; what other ranks have there is
/// then of no use. The order of additions is MPI's. Collective.
void sum_on_owners(Communicator const& comm, std::span<std::span<double> const> items);
/// Number k becomes that of its owner. Collective.
void send_from_owners(Communicator const& comm, std::span<std::int64_t> numbers);
/// Every item becomes that of its owner, which is as long. Collective.
void send_from_owners(Communicator const& comm, std::span<std::span<double> const> items);
/// The same, however long it is. Collective.
void send_from_owners(Communicator const& comm, std::span<std::vector<double>> items);

}  // namespace thresher::mpi
