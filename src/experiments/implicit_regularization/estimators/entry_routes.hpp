#pragma once

#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Takes vectors over the parameters from the ranks that answer for their entries to consecutive shares: what
/// files and whole matrices need.
class EntryRoutes {
 public:
  /// Equal shares of all ranks. Collective.
  static EntryRoutes to_shares(OwnEntries const& entries, mpi::Communicator const& comm);
  /// Everything to rank 0. Collective.
  static EntryRoutes to_root(OwnEntries const& entries, mpi::Communicator const& comm);

  /// Entries that this rank receives.
  mpi::Range received() const;
  /// Its share of a vector of which `own` are this rank's entries. Collective.
  std::vector<double> operator()(std::span<double const> own) const;

 private:
  EntryRoutes(OwnEntries const& entries, std::vector<mpi::Range> destinations, mpi::Communicator const& comm);

  /// Consecutive entries on their way.
  struct Stretch {
    std::int64_t from = 0;  ///< place with the sender (own entries), or with the receiver (its share)
    std::int64_t count = 0;
  };
  mpi::Communicator const& comm_;
  std::vector<mpi::Range> destinations_;
  std::vector<Stretch> sent_, taken_;  ///< in the order of the messages
  std::vector<std::int64_t> sent_counts_, taken_counts_;
};

}  // namespace thresher::implicit_regularization
