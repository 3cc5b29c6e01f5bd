#include "engine/unit_runner.hpp"

#include "study/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::engine {

namespace {
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

UnitRunner::KnownPoint const& UnitRunner::known(std::uint32_t number) {
  if (auto const at = known_.find(number); at != known_.end()) return at->second;
  if (known_.size() >= kPointsRemembered) known_.clear();
  auto const point = study_.grid().point(number);
  auto const verdict = study_.verdict(point);
  return known_.emplace(number, KnownPoint{study_.canonical(point, verdict), verdict.is_deterministic()})
      .first->second;
}

bool UnitRunner::run(Unit const& unit, Emit const& emit) {
  emit_ = &emit;
  trial_ = unit.trial;
  artifacts_.clear();
  if (unit.trial < 0) return predict(unit, emit);
  if (known_.size() + unit.points.size() > kPointsRemembered) known_.clear();
  std::vector<ServedPoint> served;
  for (auto const number : unit.points) {
    auto const& point = known(number);
    served.push_back({number, &point.canonical, point.is_deterministic});
  }
  return descend(0, nullptr, served, 0);
}

bool UnitRunner::predict(Unit const& unit, Emit const& emit) {
  auto const theory = theory_of_trial(unit.trial);
  auto const& predictions = study_.description().predictions;
  for (auto const number : unit.points) {
    Stopwatch const watch;
    Record record{.point = number, .trial = unit.trial};
    std::vector<double> all(predictions.size(), kUndefined);
    auto const ending = agreement_.run([&] { study_.predict(theory, study_.grid().point(number), all); });
    for (std::size_t k = 0; k < predictions.size(); ++k)
      if (predictions[k].theory == theory) record.values.push_back(all[k]);
    if (ending.kind != Ending::Kind::done) {
      record.status = Status::failed;
      record.reason = ending.reason;
    }
    record.seconds = watch.seconds();
    if (team_.communicator().rank() == 0) emit(std::move(record));
  }
  return true;
}

bool UnitRunner::descend(std::size_t stage, StageResult const* before, std::vector<ServedPoint> const& served,
                         double share) {
  auto const& about = study_.description();
  if (stage + 1 == about.stages.size()) {
    for (auto const& point : served) {
      Ending ending;
      if (stage == about.data_stage) team_.begin_trial({study_.identity(*point.canonical), trial_});
      measure(before, point, share, ending);
      if (ending.kind == Ending::Kind::interrupted) return false;
    }
    return true;
  }
  // Groups in the order of their first point; points of a group keep their order.
  std::vector<std::pair<std::string, std::vector<ServedPoint>>> groups;
  for (auto const& point : served) {
    auto const key = study_.key_up_to(stage, *point.canonical);
    auto at =
        std::find_if(groups.begin(), groups.end(), [&](auto const& group) { return group.first == key; });
    if (at == groups.end()) at = groups.insert(groups.end(), {key, {}});
    at->second.push_back(point);
  }
  for (auto const& [key, group] : groups) {
    if (stage < about.data_stage) {
      auto const& prepared = prepare(stage, before, key, *group.front().canonical);
      if (prepared.ending.kind == Ending::Kind::interrupted) return false;
      if (prepared.ending.kind == Ending::Kind::failed) {
        fail(group, prepared.ending.reason, share);
      } else if (!descend(stage + 1, prepared.result.get(), group, share)) {
        return false;
      }
      continue;
    }
    if (stage == about.data_stage) team_.begin_trial({key, trial_});
    place_ = {study_.place_of(stage, *group.front().canonical), trial_};
    auto const shared_artifacts = artifacts_.size();
    std::vector<Point const*> points;
    for (auto const& point : group) points.push_back(point.canonical);
    deterministic_ = std::ranges::any_of(group, &ServedPoint::is_deterministic);
    std::unique_ptr<StageResult> result;
    Stopwatch const watch;
    auto const ending = agreement_.run([&] { result = study_.run_stage(stage, before, points, team_); });
    if (ending.kind == Ending::Kind::interrupted) return false;
    double const part = share + watch.seconds() / static_cast<double>(group.size());
    if (ending.kind == Ending::Kind::failed) {
      fail(group, ending.reason, part);
    } else if (!descend(stage + 1, result.get(), group, part)) {
      return false;
    }
    artifacts_.resize(shared_artifacts);  // what this stage left belongs to its own points
  }
  return true;
}

UnitRunner::Preparation const& UnitRunner::prepare(std::size_t stage, StageResult const* before,
                                                   std::string const& key, Point const& point) {
  if (prepared_.size() > stage && prepared_[stage].key == key &&
      prepared_[stage].ending.kind != Ending::Kind::interrupted)
    return prepared_[stage];
  // Later preparations were made from this one.
  while (prepared_.size() > stage) prepared_.pop_back();
  auto const& about = study_.description();
  Point shared = point;
  for (std::size_t k = 0; k < shared.size(); ++k)
    if (about.parameters[k].stage > static_cast<int>(stage)) shared[k] = about.parameters[k].default_value;
  Preparation preparation{key, nullptr, {}};
  // A prepared state belongs to the run's first trial that asks for it: no two teams write one file.
  place_ = {study_.place_of(stage, point), trial_};
  team_.begin_trial({study_.preparation_identity(stage), kNoTrial});
  Point const* const points[] = {&shared};
  preparation.ending =
      agreement_.run([&] { preparation.result = study_.run_stage(stage, before, points, team_); });
  artifacts_.clear();
  return prepared_.emplace_back(std::move(preparation));
}

void UnitRunner::fail(std::vector<ServedPoint> const& served, std::string const& reason, double seconds) {
  if (team_.communicator().rank() != 0) return;
  for (auto const& point : served) {
    auto record = Record::failed(study_.description(), point.number, trial_, reason);
    record.seconds = seconds;
    (*emit_)(std::move(record));
  }
}

void UnitRunner::measure(StageResult const* before, ServedPoint const& point, double share, Ending& ending) {
  auto const& about = study_.description();
  Record record{.point = point.number,
                .trial = trial_,
                .values = std::vector<double>(about.metrics.size(), kUndefined)};
  auto const shared_artifacts = artifacts_.size();
  place_ = {study_.place_of(about.stages.size(), *point.canonical), trial_};
  deterministic_ = point.is_deterministic;
  Stopwatch const watch;
  Outcome outcome = Outcome::ok;
  ending = agreement_.run([&] { outcome = study_.measure(before, *point.canonical, team_, record.values); });
  if (ending.kind == Ending::Kind::interrupted) return;
  record.seconds = share + watch.seconds();
  record.artifacts = artifacts_;
  artifacts_.resize(shared_artifacts);  // what the stages before left belongs to every point
  if (team_.communicator().rank() != 0) return;

  auto const applicable = study_.applicable(*point.canonical);
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
    if (!applicable[m] || record.status == Status::failed) record.values[m] = kUndefined;
  (*emit_)(std::move(record));
}

}  // namespace thresher::engine
