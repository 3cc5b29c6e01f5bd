#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/group_matrix/experiment.hpp"
#include "study/team.hpp"

#include <vector>

namespace thresher::group_matrix::testing {

inline Experiment const& experiment() {
  static Experiment const made;
  return made;
}

inline Metrics run_trial(Parameters const& point, study::Team& team, std::int64_t trial = 0) {
  return trials::run_trial(experiment(), point, team, trial);
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  return trials::run_many(experiment(), point, count);
}

inline trials::Mean mean(std::vector<Metrics> const& measured, double Metrics::*metric) {
  return trials::mean_of(measured, metric);
}

/// The preset that all others start from.
inline Parameters base() {
  Parameters point;
  point.n_rows = 240;
  point.n_cols = 60;
  point.density = 0.4;
  point.noise_sd = 0.3;
  point.lambda_first = 0.3;
  point.lambda_count = 6;
  return point;
}

/// Small and quick.
inline Parameters small() {
  Parameters point = base();
  point.n_rows = 96;
  point.n_cols = 30;
  point.density = 0.5;
  point.lambda_count = 3;
  return point;
}

}  // namespace thresher::group_matrix::testing
