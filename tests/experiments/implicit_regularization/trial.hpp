#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/implicit_regularization/experiment.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::implicit_regularization::testing {

inline Experiment const& experiment() {
  static Experiment const made;
  return made;
}

inline Metrics run_trial(Parameters const& point, std::int64_t trial = 0) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  return trials::run_trial(experiment(), point, team, trial);
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  std::vector<Metrics> all;
  for (int trial = 0; trial < count; ++trial) all.push_back(run_trial(point, trial));
  return all;
}

inline trials::Mean mean(std::vector<Metrics> const& measured, double Metrics::*metric) {
  std::vector<double> values;
  for (auto const& each : measured) values.push_back(each.*metric);
  return trials::mean_of(values);
}

}  // namespace thresher::implicit_regularization::testing
