#pragma once

#include "mpi/communicator.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

/// Things that are spread over some of the ranks each.
namespace thresher::mpi {

/// Things that the same ranks hold.
struct Holding {
  std::vector<std::size_t> items;
  int first = 0;      ///< the lowest rank that holds them
  int size = 0;       ///< number of those ranks
  Communicator comm;  ///< of those ranks alone; none on the others
};

/// What this rank holds a part of is marked, in the same order on all ranks; what nobody holds is
/// everybody's. The sets are in the same order on all ranks. Collective.
std::vector<Holding> holdings(Communicator const& comm, std::vector<bool> const& holds);

/// Runs `work` for every set of which this rank is one, in turn: it may be collective over the set's
/// communicator, not over `comm`. If it throws, all ranks throw, after the last one (as `agree` does).
/// Collective.
void for_each_held(Communicator const& comm, std::span<Holding const> holdings,
                   std::function<void(Holding const&)> const& work);

}  // namespace thresher::mpi
