#pragma once

#include "services.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Trials without an engine, and the mean of what they measure.

namespace thresher::trials {

/// What a trial gave at one point.
template <class M>
struct Measured {
  M metrics;
  study::Outcome outcome = study::Outcome::ok;
};

/// One trial through all stages, for points that agree in all parameters but those of the last stage. Trials
/// with the same text share their draws, whatever the points. The team's input, if any, is examined for the
/// first of them. Collective.
template <class P, class M, class T>
std::vector<Measured<M>> run_together(study::ExperimentOf<P, M, T> const& experiment, std::vector<P> points,
                                      study::Team& team, std::int64_t trial,
                                      std::string const& text = "test\n") {
  auto const facts = facts_of(experiment, experiment.values_of(points.front()), team.input());
  if (facts)
    for (auto& point : points) point = experiment.typed(experiment.values_of(point), facts.get());
  team.begin_trial({text, trial});
  std::vector<std::unique_ptr<study::StageResult>> results;
  auto const stages = experiment.description().stages.size();
  for (std::size_t stage = 0; stage + 1 < stages; ++stage)
    results.push_back(experiment.run_stage(stage, results.empty() ? nullptr : results.back().get(),
                                           std::span<P const>(points), team));
  std::vector<Measured<M>> measured(points.size());
  for (std::size_t p = 0; p < points.size(); ++p)
    measured[p].outcome = experiment.measure(results.back().get(), points[p], team, measured[p].metrics);
  return measured;
}

/// The metrics of one trial of `point`. Collective.
template <class P, class M, class T>
M run_trial(study::ExperimentOf<P, M, T> const& experiment, P const& point, study::Team& team,
            std::int64_t trial, std::string const& text = "test\n") {
  return run_together(experiment, std::vector<P>{point}, team, trial, text).front().metrics;
}

/// The same by a team of this rank alone.
template <class P, class M, class T>
M run_alone(study::ExperimentOf<P, M, T> const& experiment, P const& point, std::int64_t trial = 0,
            std::string const& text = "test\n") {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  return run_trial(experiment, point, team, trial, text);
}

/// Trials 0 to count - 1, by a team of this rank alone.
template <class P, class M, class T>
std::vector<M> run_many(study::ExperimentOf<P, M, T> const& experiment, P const& point, int count) {
  std::vector<M> measured;
  for (int trial = 0; trial < count; ++trial) measured.push_back(run_alone(experiment, point, trial));
  return measured;
}

/// Mean of the values, with its standard error.
struct Mean {
  double value = 0;
  double error = 0;
};
/// The mean of those that are defined.
inline Mean mean_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  auto const count = static_cast<double>(values.size());
  Mean mean;
  for (double const value : values) mean.value += value;
  mean.value /= count;
  double squares = 0;
  for (double const value : values) squares += (value - mean.value) * (value - mean.value);
  mean.error = std::sqrt(squares / (count - 1) / count);
  return mean;
}
/// The mean of a metric over trials.
template <class M>
Mean mean_of(std::vector<M> const& measured, double M::*metric) {
  std::vector<double> values;
  for (auto const& each : measured) values.push_back(each.*metric);
  return mean_of(std::move(values));
}

}  // namespace thresher::trials
