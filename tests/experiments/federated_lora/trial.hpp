#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/federated_lora/experiment.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::federated_lora::testing {

inline Experiment const& experiment() {
  static Experiment const made;
  return made;
}

inline trials::Measured<Metrics> run_trial(Parameters const& point, study::Team& team,
                                           std::int64_t trial = 0) {
  return trials::run_together(experiment(), std::vector<Parameters>{point}, team, trial).front();
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  return trials::run_many(experiment(), point, count);
}

inline trials::Mean mean(std::vector<Metrics> const& measured, double Metrics::*metric) {
  return trials::mean_of(measured, metric);
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
