#pragma once

#include "mpi/partition.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// Times of the events of some nodes, ascending in each.
struct EventStreams {
  mpi::Range nodes;
  std::vector<std::int64_t> offsets{0};
  std::vector<double> times;

  std::span<double const> of(std::int64_t node) const {
    auto const k = static_cast<std::size_t>(node - nodes.begin);
    return std::span<double const>(times).subspan(static_cast<std::size_t>(offsets[k]),
                                                  static_cast<std::size_t>(offsets[k + 1] - offsets[k]));
  }
};

}  // namespace thresher::hawkes_network
