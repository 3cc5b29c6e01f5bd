#pragma once

#include "mpi/communicator.hpp"

#include <string>

namespace thresher::machine {

/// Where and how a run takes place.
struct RunEnvironment {
  std::string command_line;
  std::string started;  ///< UTC
  std::string hosts;    ///< distinct names with their counts, on rank 0; as the next two
  std::string processors;
  std::string blas;  ///< empty: the slow reference BLAS, or an unknown one
  std::string petsc_options;
  int ranks = 1;
  /// Collective.
  static RunEnvironment of(mpi::Communicator const& world, std::string command_line);
};

/// Bytes that each rank may use: the least over all ranks of Slurm's limit, the control group's or the
/// machine's memory, shared by the ranks of a node. Collective.
double available_bytes_per_rank(mpi::Communicator const& comm);
std::string host_name();
/// "2026-11-24T12:00:00Z"
std::string utc_now();

}  // namespace thresher::machine
