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
  return trials::run_alone(experiment(), point, trial);
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  return trials::run_many(experiment(), point, count);
}

inline trials::Mean mean(std::vector<Metrics> const& measured, double Metrics::*metric) {
  return trials::mean_of(measured, metric);
}

}  // namespace thresher::implicit_regularization::testing
