#include "experiments/hawkes_network/data/observation.hpp"

#include "mpi/exchange.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::hawkes_network {

Observation::Observation(mpi::Communicator const& comm, EventStreams const& streams, double horizon)
    : comm_(&comm), streams_(&streams), horizon_(horizon) {
  std::vector<std::int64_t> own;
  for (auto node = streams.nodes.begin; node < streams.nodes.end; ++node) {
    auto const times = streams.of(node);
    own.push_back(std::ranges::upper_bound(times, horizon) - times.begin());
  }
  counts_ = mpi::gather_parts(comm, own).values;
  total_ = std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

NodeStreams::NodeStreams(Observation const& observation, std::vector<std::int32_t> nodes)
    : nodes_(std::move(nodes)), streams_(nodes_.size()) {
  auto const& comm = observation.communicator();
  auto const ranks = static_cast<std::size_t>(comm.size());
  auto const owned_by = [&](std::size_t rank) {
    return mpi::share(observation.nodes(), static_cast<int>(rank), comm.size());
  };
  if (ranks > 1) {
    // Ask the owners for what is not here; as the nodes ascend, answers come in their order.
    mpi::Parts<std::int32_t> asked;
    std::vector<std::int64_t> expected(ranks, 0);
    auto node = nodes_.begin();
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      auto const end = std::lower_bound(node, nodes_.end(), owned_by(rank).end);
      bool const is_own = static_cast<int>(rank) == comm.rank();
      asked.counts.push_back(is_own ? 0 : end - node);
      if (!is_own) {
        asked.values.insert(asked.values.end(), node, end);
        for (; node != end; ++node) expected[rank] += observation.count(*node);
      }
      node = end;
    }
    auto const wanted = mpi::exchange(comm, asked);
    mpi::Parts<double> answer;
    auto const begins = wanted.offsets();
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      auto const before = answer.values.size();
      for (auto k = begins[rank]; k < begins[rank + 1]; ++k) {
        auto const times = observation.of(wanted.values[static_cast<std::size_t>(k)]);
        answer.values.insert(answer.values.end(), times.begin(), times.end());
      }
      answer.counts.push_back(static_cast<std::int64_t>(answer.values.size() - before));
    }
    received_ = mpi::exchange(comm, answer, expected).values;
  }
  std::size_t at = 0;
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k] >= observation.own().begin && nodes_[k] < observation.own().end) {
      streams_[k] = observation.of(nodes_[k]);
    } else {
      auto const count = static_cast<std::size_t>(observation.count(nodes_[k]));
      streams_[k] = std::span<double const>(received_).subspan(at, count);
      at += count;
    }
  }
}

std::span<double const> NodeStreams::of(std::int32_t node) const {
  return streams_[static_cast<std::size_t>(std::ranges::lower_bound(nodes_, node) - nodes_.begin())];
}

std::vector<std::int32_t> all_nodes(std::int64_t nodes) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(nodes));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace thresher::hawkes_network
