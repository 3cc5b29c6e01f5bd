#pragma once

#include <cstdint>

namespace thresher::hawkes_network {

/// What the user's file says as a whole. Read once.
struct UserFacts {
  std::int64_t nodes = 0;
  std::int64_t events = 0;
  double horizon = 0;
  std::int64_t edges = -1;          ///< of the true network; -1: the file does not have it
  std::int64_t silent_nodes = 0;    ///< without an event
  std::int64_t largest_stream = 0;  ///< events of the busiest node
  bool has_truth() const { return edges >= 0; }
};

}  // namespace thresher::hawkes_network
