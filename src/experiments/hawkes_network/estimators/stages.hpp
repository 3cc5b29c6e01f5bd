#pragma once

#include "experiments/hawkes_network/data/trial_data.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"

#include <span>

namespace thresher::hawkes_network {

/// The events up to a point's horizon, and as much of the screening as the points behind it need. The data
/// must outlive it.
struct ScreenedData : public study::StageResult {
  /// Collective.
  ScreenedData(TrialData const& trial_data, std::span<Parameters const> points, study::Team& team);

  TrialData const& data;
  Observation observation;
  Screening screening;
};

/// Scores and weights of a method. The screened data must outlive it.
struct FittedNetwork : public study::StageResult {
  /// Collective.
  FittedNetwork(ScreenedData const& screened_data, Parameters const& point, study::Team& team);

  ScreenedData const& screened;
  /// What the method needs of the screening: empty where it needs none, whatever others in the unit do.
  Screening const& screening;
  Fit fit;
};

}  // namespace thresher::hawkes_network
