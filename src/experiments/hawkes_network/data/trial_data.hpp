#pragma once

#include "experiments/hawkes_network/data/event_streams.hpp"
#include "experiments/hawkes_network/data/network.hpp"
#include "study/experiment.hpp"

#include <optional>
#include <span>
#include <vector>

namespace thresher::hawkes_network {

/// What the data stage makes of one trial for all horizons that it serves: the events up to the longest one.
struct TrialData : public study::StageResult {
  /// Simulates, or reads the user's events. Collective.
  TrialData(std::span<Parameters const> points, study::Team& team);

  EventStreams streams;
  std::optional<Network> truth;   ///< of simulated data, or where the user's file has one
  std::vector<double> baselines;  ///< of simulated data
  double total_rate = 0;          ///< sum of the stationary rates; of simulated data
};

}  // namespace thresher::hawkes_network
