#pragma once

#include "experiments/hawkes_network/data/network.hpp"
#include "experiments/hawkes_network/model/delay.hpp"
#include "mpi/partition.hpp"
#include "random/exponential_function.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// An event and who it is.
struct Event {
  double time;
  std::uint64_t id;  ///< hash of its genealogy
  std::int32_t node;
};

/// Identity of immigrant number k of a node, and of child number c of an event: 64-bit hashes with full
/// avalanche. Two events with one identity would draw alike; nothing else would happen.
std::uint64_t immigrant_id(std::int64_t node, std::uint64_t k);
std::uint64_t child_id(std::uint64_t parent, std::uint64_t c);

/// Draws the children of events at some nodes.
class Offspring {
 public:
  Offspring(Parameters const& point, Network const& network, mpi::Range nodes, random::Stream const& draws);

  /// Calls take(child) for the children of `event` not later than `end`. The numbers of those that are later
  /// stay used.
  template <class Take>
  void children(Event const& event, double end, Take take) const {
    auto const& law = laws_[static_cast<std::size_t>(event.node - first_)];
    if (law.mean == 0) return;
    auto draws = draws_.sequence({event.id}, 0);
    auto const count = law.count(draws);
    for (std::uint64_t c = 0; c < count; ++c) {
      double const u = draws.uniform();
      double const time = event.time + mean_delay_ * draw_delay(kernel_, draws);
      if (time <= end) take(Event{time, child_id(event.id, c), target(law, u)});
    }
  }

 private:
  /// Of the events of one node.
  struct Law {
    double mean = 0;  ///< children of an event
    double none = 1;  ///< probability of no child
    std::int64_t begin = 0;
    std::int64_t end = 0;

    /// Poisson, by inversion of one uniform where the mean is small.
    std::uint64_t count(random::Sequence& draws) const {
      if (mean >= 10) return draws.poisson(mean);
      std::uint64_t k = 0;
      double probability = none;
      for (double rest = draws.uniform(); rest > probability && probability > 0x1p-60;) {
        rest -= probability;
        probability = probability * mean / static_cast<double>(++k);
      }
      return k;
    }
  };

  std::int32_t target(Law const& law, double u) const;

  Kernel kernel_;
  double mean_delay_;
  std::int64_t first_;
  random::Stream draws_;
  std::vector<Law> laws_;
  std::vector<std::int32_t> targets_;
  std::vector<double> cumulative_;  ///< sums of the weights to the targets
};

}  // namespace thresher::hawkes_network
