#pragma once

#include "mpi/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Work in many items of which each is one rank's. Nothing is held twice.
namespace thresher::mpi {

/// Owners of `count` items that belong to the ranks in turn.
std::vector<int> in_turn(Communicator const& comm, std::size_t count);

/// Adds up item k of all ranks (as long on each) on its owner, by MPI_Reduce; what other ranks have there is
/// then of no use. The order of additions is MPI's. Collective.
void sum_on_owners(Communicator const& comm, std::span<int const> owners,
                   std::span<std::span<double> const> items);
/// Number k becomes that of its owner. Collective.
void send_from_owners(Communicator const& comm, std::span<int const> owners, std::span<std::int64_t> numbers);
/// Every item becomes that of its owner, which is as long. Collective.
void send_from_owners(Communicator const& comm, std::span<int const> owners,
                      std::span<std::span<double> const> items);
/// The same, however long it is. Collective.
void send_from_owners(Communicator const& comm, std::span<int const> owners,
                      std::span<std::vector<double>> items);

}  // namespace thresher::mpi
