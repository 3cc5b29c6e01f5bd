#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/federated_lora/experiment.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::federated_lora::testing {

inline trials::Measured<Metrics> run_trial(Parameters const& point, study::Team& team,
                                           std::int64_t trial = 0) {
  static Experiment const experiment;
  return trials::run_together(experiment, std::vector<Parameters>{point}, team, trial).front();
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  std::vector<Metrics> all;
  for (int trial = 0; trial < count; ++trial) all.push_back(run_trial(point, team, trial).metrics);
  return all;
}

inline trials::Mean mean(std::vector<Metrics> const& measured, double Metrics::*metric) {
  std::vector<double> values;
  for (auto const& each : measured) values.push_back(each.*metric);
  return trials::mean_of(values);
}

/// Small and quick.
inline Parameters small() {
  Parameters point;
  point.clients = 20;
  point.d1 = 24;
  point.d2 = 12;
  point.contamination = 0.25;
  return point;
}

}  // namespace thresher::federated_lora::testing
