#pragma once

#include "study/schedule.hpp"
#include "study/unit_runner.hpp"

#include <map>
#include <memory>
#include <vector>

namespace thresher::study {

/// The part of every rank in a run: works on the units that the coordinator hands to its team.
class Worker {
 public:
  /// `world` are all ranks (rank 0 coordinates), `exchange` a duplicate for the messages with the
  /// coordinator.
  Worker(Study const& study, mpi::Communicator const& world, mpi::Communicator const& exchange,
         std::uint64_t memory_per_rank);
  ~Worker();

  /// Works through the phases until the coordinator ends them. Collective over the world.
  void run(std::vector<Phase> const& phases);

 private:
  class Member;
  Study const& study_;
  mpi::Communicator const& world_;
  mpi::Communicator const& exchange_;
  std::uint64_t memory_per_rank_;
  std::map<int, std::unique_ptr<Member>> members_;  ///< this rank's place in teams of each size
};

}  // namespace thresher::study
