#include "study/unit_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace thresher::study {

namespace {
using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
constexpr std::size_t kPointsRemembered = 4096;
}  // namespace

std::string illegitimate(Description const& description, std::vector<bool> const& applicable,
                         std::vector<double> const& values) {
  for (std::size_t m = 0; m < values.size(); ++m) {
    auto const& metric = description.metrics[m];
    if (!applicable[m]) continue;
    if (std::isnan(values[m]) && !metric.may_be_undefined)
      return fmt::format("metric {} is NaN, which it may not be here", metric.name);
    if (std::isinf(values[m]) && !metric.range.contains(values[m]))
      return fmt::format("metric {} is {}, outside {}", metric.name, values[m], metric.range.text());
  }
  return {};
}

Point const& UnitRunner::canonical(std::uint32_t number) {
  if (auto const known = canonical_.find(number); known != canonical_.end()) return known->second;
  if (canonical_.size() >= kPointsRemembered) canonical_.clear();
  return canonical_[number] = study_.canonical(study_.grid().point(number));
}

std::string UnitRunner::key_up_to(std::size_t stage, Point const& point) const {
  // The data of all points with one identity are the same numbers (under common random numbers, prefixes of
  // each other).
  if (stage == 0) return study_.identity(point);
  std::string key;
  auto const& parameters = study_.description().parameters;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    int const shapes = parameters[k].stage == kExecution ? 1 : parameters[k].stage;
    if (shapes >= 0 && shapes <= static_cast<int>(stage)) key += to_text(point[k]) + '\n';
  }
  return key;
}

bool UnitRunner::run(Unit const& unit, Emit const& emit) {
  emit_ = &emit;
  trial_ = unit.trial;
  if (unit.trial < 0) return predict(unit, emit);
  if (canonical_.size() + unit.points.size() > kPointsRemembered) canonical_.clear();
  std::vector<Task> tasks;
  for (auto const number : unit.points) tasks.push_back({number, &canonical(number)});
  return descend(0, nullptr, tasks, 0);
}

bool UnitRunner::predict(Unit const& unit, Emit const& emit) {
  auto const theory = theory_of_trial(unit.trial);
  auto const& predictions = study_.description().predictions;
  for (auto const number : unit.points) {
    auto const start = Clock::now();
    Record record{.point = number,
                  .trial = unit.trial,
                  .status = Status::ok,
                  .seconds = 0,
                  .values = {},
                  .reason = {},
                  .artifacts = {}};
    std::vector<double> all(predictions.size(), std::nan(""));
    auto const ending = agreement_.run(
        [&] { study_.experiment().predict(theory, study_.grid().point(number), study_.input(), all); });
    for (std::size_t k = 0; k < predictions.size(); ++k)
      if (predictions[k].theory == theory) record.values.push_back(all[k]);
    if (ending.kind != Ending::Kind::done) {
      record.status = Status::failed;
      record.reason = ending.reason;
    }
    record.seconds = seconds_since(start);
    if (team_.communicator().rank() == 0) emit(std::move(record));
  }
  return true;
}

bool UnitRunner::descend(std::size_t stage, StageResult const* before, std::vector<Task> const& tasks,
                         double share) {
  if (stage + 1 == study_.description().stages.size()) {
    for (auto const& task : tasks) {
      Ending ending;
      if (stage == 0) team_.begin_trial({study_.identity(*task.point), trial_});
      measure(before, task, share, ending);
      if (ending.kind == Ending::Kind::interrupted) return false;
    }
    return true;
  }
  // Groups in the order of their first point; points of a group keep their order.
  std::vector<std::pair<std::string, std::vector<Task>>> groups;
  for (auto const& task : tasks) {
    auto const key = key_up_to(stage, *task.point);
    auto at =
        std::find_if(groups.begin(), groups.end(), [&](auto const& group) { return group.first == key; });
    if (at == groups.end()) at = groups.insert(groups.end(), {key, {}});
    at->second.push_back(task);
  }
  for (auto const& [key, group] : groups) {
    if (stage == 0) {
      team_.begin_trial({key, trial_});
      artifacts_.clear();
    }
    place_ = {std::to_string(stage) + "\n" + key, trial_};
    std::vector<Point const*> points;
    for (auto const& task : group) points.push_back(task.point);
    std::unique_ptr<StageResult> result;
    auto const start = Clock::now();
    auto const ending =
        agreement_.run([&] { result = study_.experiment().run_stage(stage, before, points, team_); });
    if (ending.kind == Ending::Kind::interrupted) return false;
    double const part = share + seconds_since(start) / static_cast<double>(group.size());
    if (ending.kind == Ending::Kind::failed) {
      if (team_.communicator().rank() != 0) continue;
      for (auto const& task : group)
        (*emit_)({.point = task.number,
                  .trial = trial_,
                  .status = Status::failed,
                  .seconds = part,
                  .values = std::vector<double>(study_.description().metrics.size(), std::nan("")),
                  .reason = ending.reason,
                  .artifacts = {}});
      continue;
    }
    if (!descend(stage + 1, result.get(), group, part)) return false;
  }
  return true;
}

void UnitRunner::measure(StageResult const* before, Task const& task, double share, Ending& ending) {
  auto const& about = study_.description();
  Record record{.point = task.number,
                .trial = trial_,
                .status = Status::ok,
                .seconds = 0,
                .values = std::vector<double>(about.metrics.size(), std::nan("")),
                .reason = {},
                .artifacts = {}};
  auto const shared_artifacts = artifacts_.size();
  place_ = {study_.identity(*task.point) + key_up_to(about.stages.size(), *task.point), trial_};
  auto const start = Clock::now();
  Outcome outcome = Outcome::ok;
  ending = agreement_.run(
      [&] { outcome = study_.experiment().measure(before, *task.point, team_, record.values); });
  if (ending.kind == Ending::Kind::interrupted) return;
  record.seconds = share + seconds_since(start);
  record.artifacts = artifacts_;
  artifacts_.resize(shared_artifacts);  // what the data stage left belongs to every point
  if (team_.communicator().rank() != 0) return;

  auto const applicable = study_.experiment().applicable(*task.point);
  if (ending.kind == Ending::Kind::failed) {
    record.status = Status::failed;
    record.reason = ending.reason;
  } else if (auto const problem = illegitimate(about, applicable, record.values); !problem.empty()) {
    record.status = Status::failed;
    record.reason = problem;
  } else if (outcome == Outcome::not_converged) {
    record.status = Status::not_converged;
  }
  for (std::size_t m = 0; m < record.values.size(); ++m)
    if (!applicable[m] || record.status == Status::failed) record.values[m] = std::nan("");
  (*emit_)(std::move(record));
}

}  // namespace thresher::study
