#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/reward_single_index/experiment.hpp"
#include "study/team.hpp"

#include <string>
#include <vector>

namespace thresher::reward_single_index {

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

/// A first stage alone.
inline Parameters first_stage(FirstStage stage, Link link, std::int64_t d, double alpha) {
  Parameters point;
  point.stage1 = stage;
  point.link = link;
  point.d = d;
  point.alpha1 = alpha;
  point.n2 = 0;
  return point;
}

}  // namespace thresher::reward_single_index
