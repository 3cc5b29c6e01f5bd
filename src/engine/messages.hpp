#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "mpi/communicator.hpp"
#include "study/record.hpp"

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thresher::engine::messages {

using namespace study;

/// Tags on the coordinator's communicator.
inline constexpr int kToCoordinator = 1;
inline constexpr int kToTeam = 2;
inline constexpr int kStop = 3;

/// First byte of a message to the coordinator.
enum class Report : std::uint8_t {
  results,   ///< entries of records, to the end; more of the batch follow
  finished,  ///< entries of records, to the end; the batch is done
  stopped,   ///< entries of records, to the end; the team has stopped, units without a record are dropped
  alone,     ///< one rank of the team threw, the others do not follow: unit, reason
  warning,   ///< text for the user
  progress,  ///< part of the running trial
  kept,      ///< the running trial has left a state beyond the one that it had
};
/// First byte of a message to a team.
enum class Order : std::uint8_t { batch, end_of_phase, end_of_run };

struct Message {
  int source = 0;
  std::span<std::byte const> bytes;
};

/// Where messages arrive, one after the other: memory is touched for the first time only by one that is
/// longer than all before.
class Inbox {
 public:
  /// The message of `tag` that has arrived from `source`, if any. It lasts until the next one.
  std::optional<Message> poll(MPI_Comm comm, int source, int tag) {
    int arrived = 0;
    MPI_Status status;
    mpi::check(MPI_Iprobe(source, tag, comm, &arrived, &status), "MPI_Iprobe");
    if (arrived == 0) return std::nullopt;
    int size = 0;
    MPI_Get_count(&status, MPI_BYTE, &size);
    auto const count = static_cast<std::size_t>(size);
    if (room_.size() < count) room_.resize(count);
    mpi::check(MPI_Recv(room_.data(), size, MPI_BYTE, status.MPI_SOURCE, tag, comm, MPI_STATUS_IGNORE),
               "MPI_Recv");
    return Message{status.MPI_SOURCE, std::span<std::byte const>(room_).first(count)};
  }

 private:
  std::vector<std::byte> room_;
};

/// A message of records: `kind`, and their entries.
inline std::vector<std::byte> of_entries(Report kind, std::span<std::byte const> entries) {
  std::vector<std::byte> bytes;
  bytes.reserve(sizeof(kind) + entries.size());
  bytes.push_back(static_cast<std::byte>(kind));
  bytes.insert(bytes.end(), entries.begin(), entries.end());
  return bytes;
}
/// The entries in a message of records.
inline std::span<std::byte const> entries_of(std::span<std::byte const> message) {
  return message.subspan(sizeof(Report));
}

inline void send(MPI_Comm comm, int to, int tag, std::span<std::byte const> bytes) {
  mpi::check(MPI_Send(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, tag, comm), "MPI_Send");
}
inline void send(MPI_Comm comm, int to, int tag, bytes::Writer message) {
  send(comm, to, tag, message.take());
}

}  // namespace thresher::engine::messages
