#pragma once

#include "mpi/communicator.hpp"
#include "study/configuration.hpp"

#include <functional>

namespace thresher::engine {

using namespace study;

/// Runs `work` on rank 0. What a user must be told (UserError, HelpRequest, an error of the file system) is
/// thrown on all ranks. Collective.
void on_rank_0(mpi::Communicator const& world, std::function<void()> const& work);
/// Runs `work` on rank 0, and on the others when it went well there. Collective.
void on_every_rank(mpi::Communicator const& world, std::function<void()> const& work);
/// What rank 0 read, so that every rank makes the same study of it. Collective.
Request share(mpi::Communicator const& world, Request const& request);

}  // namespace thresher::engine
