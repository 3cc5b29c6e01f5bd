#pragma once

#include "experiments/hawkes_network/data/event_streams.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// The events up to a horizon, of the nodes of this rank. A view: the streams must outlive it.
class Observation {
 public:
  /// `streams` may go beyond the horizon. Collective.
  Observation(mpi::Communicator const& comm, EventStreams const& streams, double horizon);

  mpi::Communicator const& communicator() const { return *comm_; }
  double horizon() const { return horizon_; }
  std::int64_t nodes() const { return static_cast<std::int64_t>(counts_.size()); }
  mpi::Range own() const { return streams_->nodes; }
  /// Times of an own node.
  std::span<double const> of(std::int64_t node) const {
    return streams_->of(node).first(static_cast<std::size_t>(count(node)));
  }
  /// Number of events of any node.
  std::int64_t count(std::int64_t node) const { return counts_[static_cast<std::size_t>(node)]; }
  std::int64_t total() const { return total_; }

 private:
  mpi::Communicator const* comm_;
  EventStreams const* streams_;
  double horizon_;
  std::vector<std::int64_t> counts_;
  std::int64_t total_ = 0;
};

/// The streams of some nodes, of whichever ranks, on this one.
class NodeStreams {
 public:
  /// `nodes` ascend and may differ between ranks. Streams of this rank's own nodes are not copied.
  /// Collective.
  NodeStreams(Observation const& observation, std::vector<std::int32_t> nodes);

  std::vector<std::int32_t> const& nodes() const { return nodes_; }
  std::vector<std::span<double const>> const& streams() const { return streams_; }
  /// Of one of the nodes.
  std::span<double const> of(std::int32_t node) const;

 private:
  std::vector<std::int32_t> nodes_;
  std::vector<std::span<double const>> streams_;
  std::vector<double> received_;
};

/// All nodes, first to last.
std::vector<std::int32_t> all_nodes(std::int64_t nodes);

}  // namespace thresher::hawkes_network
