#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "mpi/communicator.hpp"
#include "study/record.hpp"

#include <mpi.h>

#include <optional>
#include <string>
#include <vector>

namespace thresher::engine::messages {

using namespace study;

/// Tags on the coordinator's communicator.
inline constexpr int kToCoordinator = 1;
inline constexpr int kToTeam = 2;
inline constexpr int kStop = 3;

/// First byte of a message to the coordinator.
enum class Report : std::uint8_t {
  results,   ///< entries of records; more of the batch follow
  finished,  ///< entries of records; the batch is done
  stopped,   ///< entries of records; the team has stopped, units without a record are dropped
  alone,     ///< one rank of the team threw, the others do not follow: unit, reason
  warning,   ///< text for the user
  progress,  ///< part of the running trial
  kept,      ///< the running trial has left a state beyond the one that it had
};
/// First byte of a message to a team.
enum class Order : std::uint8_t { batch, end_of_phase, end_of_run };

/// The message of `tag` that has arrived from `source`, if any.
inline std::optional<std::pair<int, std::vector<std::byte>>> poll(MPI_Comm comm, int source, int tag) {
  int arrived = 0;
  MPI_Status status;
  mpi::check(MPI_Iprobe(source, tag, comm, &arrived, &status), "MPI_Iprobe");
  if (arrived == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  mpi::check(MPI_Recv(bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, tag, comm, MPI_STATUS_IGNORE),
             "MPI_Recv");
  return std::pair{status.MPI_SOURCE, std::move(bytes)};
}

inline void send(MPI_Comm comm, int to, int tag, bytes::Writer message) {
  auto const bytes = message.take();
  mpi::check(MPI_Send(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, tag, comm), "MPI_Send");
}

}  // namespace thresher::engine::messages
