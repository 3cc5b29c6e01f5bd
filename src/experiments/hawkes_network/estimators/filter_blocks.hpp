#pragma once

#include "experiments/hawkes_network/data/observation.hpp"
#include "experiments/hawkes_network/estimators/filter_sweep.hpp"
#include "study/team.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// Filters of all nodes at all events of the own nodes, in blocks of sources: for methods that look at all
/// pairs. begin(first, count, filters at the horizon) comes before visit(own row, first, count, factor,
/// filters) for the events in time; a filter is factor * filters[j - first]. Memory: the streams of a block
/// and of the own nodes. Throws study::Interrupted. Collective.
class FilterBlocks {
 public:
  /// Sums for a block of sources stay in the second level of the cache for some hundred targets.
  static constexpr std::int64_t kBlock = 256;

  FilterBlocks(Observation const& observation, double decay, study::Team& team)
      : observation_(observation), decay_(decay), team_(team) {
    std::vector<std::span<double const>> own;
    for (auto node = observation.own().begin; node < observation.own().end; ++node)
      own.push_back(observation.of(node));
    targets_.assign(own, observation.horizon(), decay);
  }

  /// Filters of `sources` at the end, by node from sources.begin on.
  template <class Visit>
  std::vector<double> operator()(mpi::Range sources, Visit visit) {
    std::vector<double> ends;
    for (auto first = sources.begin; first < sources.end; first += kBlock) {
      if (team_.stopping()) throw study::Interrupted();
      auto const count = std::min(kBlock, sources.end - first);
      std::vector<std::int32_t> nodes;
      for (auto node = first; node < first + count; ++node) nodes.push_back(static_cast<std::int32_t>(node));
      NodeStreams const streams(observation_, std::move(nodes));
      sources_.assign(streams.streams(), observation_.horizon(), decay_);
      filters_.assign(padded(static_cast<std::size_t>(count)), 0.0);
      sweep(sources_, targets_, observation_.horizon(), filters_,
            [&](std::int32_t row, double factor, double const* filters) {
              visit(static_cast<std::size_t>(row), static_cast<std::size_t>(first),
                    static_cast<std::size_t>(count), factor, filters);
            });
      ends.insert(ends.end(), filters_.begin(), filters_.begin() + count);
    }
    return ends;
  }

 private:
  Observation const& observation_;
  double decay_;
  study::Team& team_;
  MarkedEvents targets_;
  MarkedEvents sources_;
  std::vector<double> filters_;
};

/// Filters of all nodes at the horizon, those of the own nodes being computed here. Collective.
std::vector<double> filters_at_end(Observation const& observation, double decay);

}  // namespace thresher::hawkes_network
