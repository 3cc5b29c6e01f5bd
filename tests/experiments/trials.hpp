#pragma once

#include "study/experiment.hpp"
#include "study/team.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Trials without an engine, and the mean of what they measure.

namespace thresher::trials {

/// The metrics of one trial of `point`, through all stages. Trials with the same text share their draws,
/// whatever the point. Collective.
template <class P, class M, class T>
M run_trial(study::ExperimentOf<P, M, T> const& experiment, P const& point, study::Team& team,
            std::int64_t trial, std::string const& text = "test\n") {
  team.begin_trial({text, trial});
  std::vector<std::unique_ptr<study::StageResult>> results;
  std::span<P const> const points(&point, 1);
  auto const stages = experiment.description().stages.size();
  for (std::size_t stage = 0; stage + 1 < stages; ++stage)
    results.push_back(
        experiment.run_stage(stage, results.empty() ? nullptr : results.back().get(), points, team));
  M metrics;
  experiment.measure(results.back().get(), point, team, metrics);
  return metrics;
}

/// Mean of the values, with its standard error.
struct Mean {
  double value = 0;
  double error = 0;
};
inline Mean mean_of(std::vector<double> const& values) {
  auto const count = static_cast<double>(values.size());
  Mean mean;
  for (double const value : values) mean.value += value / count;
  double squares = 0;
  for (double const value : values) squares += (value - mean.value) * (value - mean.value);
  mean.error = std::sqrt(squares / (count - 1) / count);
  return mean;
}

}  // namespace thresher::trials
