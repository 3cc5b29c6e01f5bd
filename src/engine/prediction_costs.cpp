#include "engine/prediction_costs.hpp"

#include "study/stopwatch.hpp"

#include <algorithm>

namespace thresher::engine {

namespace {

constexpr std::int64_t kSample = 16;

double seconds_of(Ledger::Task const& task, UnitRunner& runner) {
  Stopwatch const watch;
  runner.run({task.trial, {task.point}}, [](Record const&) {});
  return watch.seconds();
}

}  // namespace

std::vector<PredictionCost> prediction_costs(Study const& study, Ledger const& ledger, UnitRunner& runner,
                                             double seconds) {
  auto const& theories = study.description().theories;
  std::vector<PredictionCost> costs(theories.size());
  auto const each_left = [&](auto const& visit) {
    ledger.for_each_task([&](Ledger::Task const& task) {
      if (ledger.status(task.point, task.trial) == Status::not_run) visit(theory_of_trial(task.trial), task);
    });
  };
  each_left([&](std::size_t theory, Ledger::Task const&) { ++costs[theory].count; });
  std::vector<std::vector<Ledger::Task>> samples(theories.size());
  std::vector<std::int64_t> met(theories.size(), 0);
  each_left([&](std::size_t theory, Ledger::Task const& task) {
    auto const stride = (costs[theory].count + kSample - 1) / kSample;
    if (met[theory]++ % stride == 0) samples[theory].push_back(task);
  });
  std::vector<PredictionCost> left;
  for (std::size_t theory = 0; theory < theories.size(); ++theory) {
    auto const& sample = samples[theory];
    if (sample.empty()) continue;
    auto& cost = costs[theory];
    cost.theory = theories[theory].name;
    double const share = seconds / static_cast<double>(theories.size());
    // The first one loads what is loaded once (tables, quadrature rules): it counts only where it is dear.
    double const first = seconds_of(sample.front(), runner);
    double sum = first;
    std::size_t timed = 1;
    if (first < share / 2) {
      sum = 0;
      timed = 0;
      for (Stopwatch const all; timed < sample.size() && (timed == 0 || all.seconds() < share); ++timed)
        sum += seconds_of(sample[timed], runner);
    }
    cost.seconds = sum / static_cast<double>(timed);
    left.push_back(std::move(cost));
  }
  return left;
}

}  // namespace thresher::engine
