#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/hierarchical_features/experiment.hpp"
#include "study/team.hpp"

#include <string>
#include <vector>

namespace thresher::hierarchical_features {

inline Experiment const& experiment() {
  static Experiment const made;
  return made;
}

inline Metrics run_trial(Parameters const& point, std::int64_t trial = 0,
                         std::string const& text = "test\n") {
  return trials::run_alone(experiment(), point, trial, text);
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  return trials::run_many(experiment(), point, count);
}

inline trials::Mean estimate(std::vector<Metrics> const& measured, double Metrics::*metric) {
  return trials::mean_of(measured, metric);
}

/// Small: D = 36, two hidden features.
inline Parameters small() {
  Parameters point;
  point.d = 8;
  point.d1 = 2;
  point.n_ratio = 30;
  point.n_readout = 300;
  point.n_test = 400;
  point.extra_eigs = 4;
  return point;
}

}  // namespace thresher::hierarchical_features
