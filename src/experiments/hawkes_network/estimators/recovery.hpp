#pragma once

#include "experiments/hawkes_network/data/network.hpp"
#include "experiments/hawkes_network/estimators/decision.hpp"
#include "experiments/hawkes_network/model/metrics.hpp"

#include <span>

namespace thresher::hawkes_network {

/// How well the true network was found: supports, weights, and how the scores separate edges from other
/// pairs. Collective.
void measure_recovery(Network const& truth, Observation const& observation, Fit const& fit,
                      Estimate const& estimate, Metrics& metrics);

/// Root mean square error of the baselines. Collective.
double baseline_error(std::span<double const> truth, Observation const& observation,
                      Estimate const& estimate);

}  // namespace thresher::hawkes_network
