#pragma once

#include "experiments/hawkes_network/data/event_streams.hpp"

#include <vector>

namespace thresher::hawkes_network::testing {

inline EventStreams streams_of(std::vector<std::vector<double>> const& nodes) {
  EventStreams streams{{0, static_cast<std::int64_t>(nodes.size())}, {0}, {}};
  for (auto const& times : nodes) {
    streams.times.insert(streams.times.end(), times.begin(), times.end());
    streams.offsets.push_back(static_cast<std::int64_t>(streams.times.size()));
  }
  return streams;
}

/// The small example: three nodes, horizon 10.
inline std::vector<std::vector<double>> small_example() {
  return {{0.5, 1.2, 3.0, 3.1, 6.5}, {0.9, 1.25, 3.6, 7.0, 7.2, 9.0}, {2.0, 4.0, 4.1, 4.2}};
}

}  // namespace thresher::hawkes_network::testing
