#pragma once

#include "engine/schedule.hpp"

#include <vector>

namespace thresher::engine {

using namespace study;
using namespace results;

/// The part of every rank in a run: works on the units that the coordinator hands to its team, phase by phase
/// until the coordinator ends them. `world` are all ranks (rank 0 coordinates), `exchange` a duplicate for
/// the messages with the coordinator. Collective over the world.
void work(Study const& study, mpi::Communicator const& world, mpi::Communicator const& exchange,
          std::uint64_t memory_per_rank, std::vector<Phase> const& phases);

}  // namespace thresher::engine
