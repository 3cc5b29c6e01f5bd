#pragma once

#include "../trials.hpp"
#include "experiments/mixed_quality_lasso/data/data.hpp"
#include "experiments/mixed_quality_lasso/experiment.hpp"
#include "mpi/communicator.hpp"
#include "study/team.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace thresher::mixed_quality_lasso::testing {

/// Runs trials as the engine does, without one. `identity` stands for seed and data parameters.
class Trials {
 public:
  /// Analyses that are expected to take `lengthy_seconds` leave their state when they are interrupted.
  explicit Trials(mpi::Communicator const& comm, std::string identity = "test\n", double lengthy_seconds = 1)
      : experiment_(lengthy_seconds), team_(comm), identity_(std::move(identity)) {}

  study::Team& team() { return team_; }

  /// The data stage, then the analysis of one of its points.
  std::unique_ptr<TrialData> data(std::span<Parameters const> points, std::int64_t trial) {
    team_.begin_trial({identity_, trial});
    auto result = experiment_.run_stage(0, nullptr, points, team_);
    return std::unique_ptr<TrialData>(dynamic_cast<TrialData*>(result.release()));
  }
  std::unique_ptr<TrialData> data(Parameters const& point, std::int64_t trial) {
    return data(std::span<Parameters const>(&point, 1), trial);
  }

  Metrics measure(TrialData const& data, Parameters const& point) {
    Metrics metrics;
    outcome = experiment_.measure(&data, point, team_, metrics);
    return metrics;
  }
  Metrics run(Parameters const& point, std::int64_t trial) { return measure(*data(point, trial), point); }

  study::Outcome outcome = study::Outcome::ok;

 private:
  Experiment experiment_;
  study::Team team_;
  std::string identity_;
};

using thresher::trials::Mean;
using thresher::trials::mean_of;

/// Mean of a metric over trials, with its standard error.
inline Mean mean_over_trials(Trials& trials, Parameters const& point, int count, double Metrics::*metric) {
  std::vector<double> values;
  for (int trial = 0; trial < count; ++trial) values.push_back(trials.run(point, trial).*metric);
  return mean_of(values);
}

/// A point with lambda = scale * rho.
inline Parameters fixed_lambda(Estimator estimator, Weighting weighting, double scale) {
  Parameters point{.estimator = estimator,
                   .weighting = weighting,
                   .lambda_rule = LambdaRule::fixed,
                   .lambda_scale = scale};
  return point;
}

/// Where an independent implementation measured the witness: a million columns, of which twenty are made.
inline Parameters witness_reference(Weighting weighting) {
  auto point = fixed_lambda(Estimator::pdw, weighting, 0.4);
  point.p = 1000000;
  point.s = 20;
  point.n1 = 400;
  point.n2 = 300;
  point.sigma1 = 0.2;
  point.sigma2 = 1.5;
  return point;
}

/// Where it measured message passing.
inline Parameters message_passing_reference() {
  auto point = fixed_lambda(Estimator::amp, Weighting::interference, 0.25);
  point.p = 1000;
  point.s = 50;
  point.n1 = 200;
  point.n2 = 300;
  point.sigma1 = 0.5;
  point.sigma2 = 3;
  return point;
}

inline constexpr std::array kEstimators{
#define ESTIMATOR(name) Estimator::name,
    MIXED_QUALITY_LASSO_ESTIMATORS(ESTIMATOR)
#undef ESTIMATOR
};

}  // namespace thresher::mixed_quality_lasso::testing
