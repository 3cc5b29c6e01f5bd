#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/partial_order/experiment.hpp"
#include "study/team.hpp"

#include <string>
#include <vector>

namespace thresher::partial_order {

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

inline Parameters with_method(MethodKind method) {
  Parameters point;
  point.method = method;
  return point;
}

/// Small enough for the exact posterior.
inline Parameters small_point(MethodKind method) {
  auto point = with_method(method);
  point.n_items = 5;
  point.n_sequences = 10;
  point.rho = 0;
  point.poset_rho = 0;
  return point;
}

}  // namespace thresher::partial_order
