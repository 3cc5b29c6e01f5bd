#include "engine/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

namespace thresher::engine {

Schedule::Schedule(Study const& study, Ledger& ledger, Strikes const& strikes)
    : study_(study), ledger_(ledger), strikes_(strikes), shares_(study.description().theories.size()) {
  auto const& survey = ledger_.survey();
  std::vector<std::uint32_t> all;
  for (std::uint32_t point = 0; point < survey.valid.size(); ++point)
    if (survey.runs(point)) all.push_back(point);
  ledger_.decide(all);
  failed_ = static_cast<std::int64_t>(ledger_.failures().size());
  // A shard has about its share; the exact number is known when its units have been dealt.
  for (auto const point : all) {
    shares_.trials().expect(ledger_.released(point));
    shares_.trials().find_finished(ledger_.released(point) - ledger_.missing(point));
  }
  ledger_.for_each_task([&](Ledger::Task const& task) {
    if (!mine(task)) return;
    auto& kind = shares_.of(task.trial);
    kind.expect(1);
    if (ledger_.status(task.point, task.trial) != Status::not_run) kind.find_finished(1);
  });
}

std::vector<Phase> Schedule::phases() const {
  std::set<int, std::greater<>> sizes;
  auto const& survey = ledger_.survey();
  for (std::size_t point = 0; point < survey.valid.size(); ++point)
    if (survey.valid[point]) sizes.insert(survey.team_size[point]);
  sizes.insert(1);
  std::vector<Phase> phases;
  for (int const size : sizes) phases.push_back({.team_size = size, .is_last = size == 1});
  return phases;
}

bool Schedule::mine(Group const& group, std::int64_t trial) const {
  auto const shard = study_.shard();
  auto const only = study_.options().only_trial;
  if (only >= 0) return trial == only;
  if (shard.parts == 1) return true;
  // With a target, a point's decision needs all of its trials: whole data points are dealt then.
  auto const data = static_cast<std::int64_t>(group.data.number);
  auto const number = study_.target_error() ? data : data * study_.trials() + trial;
  return number % shard.parts == shard.part;
}

bool Schedule::mine(Ledger::Task const& task) const {
  if (study_.options().only_trial >= 0) return false;
  auto const shard = study_.shard();
  return static_cast<std::int64_t>(task.number) % shard.parts == shard.part;
}

void Schedule::collect_groups() {
  groups_.clear();
  for (auto& data : data_points(study_, ledger_.survey(), {}))
    if (data.team_size == phase_.team_size) groups_.push_back({.data = std::move(data)});
  std::ranges::stable_sort(groups_, std::ranges::greater{},
                           [&](Group const& group) { return nominal_seconds(group); });
  group_of_.assign(study_.grid().size(), 0);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (auto const point : groups_[g].data.points) group_of_[point] = static_cast<std::uint32_t>(g);
}

void Schedule::begin(Phase const& phase, int teams) {
  phase_ = phase;
  teams_ = teams;
  remaining_ = 0;
  in_flight_ = 0;
  scale_ = 0;
  first_ready_ = 0;
  suspects_.clear();
  next_prediction_ = {};
  collect_groups();
  for (auto const& group : groups_)
    for (std::int64_t t = 0; t < released(group); ++t) {
      auto const count = static_cast<std::int64_t>(missing(group, t).size());
      if (mine(group, t)) {
        remaining_ += count;
      } else {
        shares_.trials().expect(-count);
      }
    }
}

double Schedule::nominal_seconds(Group const& group) const {
  return group.data.seconds / group.data.team_size;
}

double Schedule::expected_seconds(Group const& group) const {
  if (group.measured_seconds > 0) return group.measured_seconds;
  return std::max(nominal_seconds(group), 1e-6) * (scale_ > 0 ? scale_ : 1);
}

double Schedule::longest_unit_seconds() const {
  double longest = 0;
  for (auto const& group : groups_) longest = std::max(longest, expected_seconds(group));
  return longest;
}

std::int64_t Schedule::released(Group const& group) const {
  std::int64_t most = 0;
  for (auto const point : group.data.points) most = std::max(most, ledger_.released(point));
  return most;
}

std::vector<std::uint32_t> Schedule::missing(Group const& group, std::int64_t trial) const {
  std::vector<std::uint32_t> points;
  for (auto const point : group.data.points)
    if (trial < ledger_.released(point) && ledger_.status(point, trial) == Status::not_run)
      points.push_back(point);
  return points;
}

int Schedule::strikes(std::int64_t trial, std::vector<std::uint32_t> const& points) const {
  int most = 0;
  for (auto const point : points)
    if (auto const known = strikes_.find({trial, point}); known != strikes_.end())
      most = std::max(most, known->second);
  return most;
}

Unit Schedule::hand_out(std::int64_t trial, std::vector<std::uint32_t> points) {
  for (auto const point : points) ledger_.set_status(point, trial, Status::in_flight);
  auto const count = static_cast<std::int64_t>(points.size());
  if (trial >= 0) remaining_ -= count;
  in_flight_ += count;
  shares_.of(trial).hand_out(count);
  return {trial, std::move(points)};
}

std::vector<Unit> Schedule::next_batch(double longest_seconds) {
  // Guided self-scheduling: long batches while much is left, short ones at the end.
  double const shortest = std::max(kShortestBatch, 2e-5 * teams_);
  double const left = std::max(seconds_left(), 0.0);
  // What alternates does so often.
  bool const alternates = remaining_ > 0 && shares_.predictions_left() > 0;
  double const longest = alternates ? std::min(kTurn, longest_seconds) : longest_seconds;
  double const target = std::clamp(left / 8, shortest, std::max(shortest, longest));
  if (remaining_ > 0) {
    if (predictions_are_due())
      return next_predictions(std::clamp(shares_.lag_of_predictions(), shortest, target));
    auto batch = next_trials(target);
    if (batch.empty()) batch = next_suspects(target);
    if (!batch.empty()) return batch;
  }
  // A large team would predict on one of its ranks: what can wait for the last phase does.
  return remaining_ == 0 && !phase_.is_last ? predictions_in_between() : next_predictions(target);
}

std::vector<Unit> Schedule::next_trials(double target_seconds) {
  std::vector<Unit> batch;
  double expected = 0;
  for (; first_ready_ < groups_.size(); ++first_ready_) {
    auto& group = groups_[first_ready_];
    auto const end = released(group);
    while (group.cursor < end) {
      auto points = mine(group, group.cursor) ? missing(group, group.cursor) : std::vector<std::uint32_t>{};
      int const suspicion = strikes(group.cursor, points);
      if (suspicion > 0) suspects_.emplace(suspicion, first_ready_, group.cursor);
      if (points.empty() || suspicion > 0) {
        ++group.cursor;
        continue;
      }
      // Where fewer units than teams are left, a unit's points are shared out: generating twice beats
      // waiting. The cursor stays: points of this trial may be left.
      auto const teams = static_cast<std::size_t>(teams_);
      auto const units_left = (static_cast<std::size_t>(remaining_) + points.size() - 1) / points.size();
      if (units_left < teams) {
        auto const parts = std::min(points.size(), (teams + units_left - 1) / units_left);
        points.resize((points.size() + parts - 1) / parts);
      }
      expected += expected_seconds(group) * static_cast<double>(points.size()) /
                  static_cast<double>(group.data.points.size());
      batch.push_back(hand_out(group.cursor, std::move(points)));
      bool const known = scale_ > 0 || group.measured_seconds > 0;
      if (!known || expected >= target_seconds) return batch;
    }
  }
  return batch;
}

std::vector<Unit> Schedule::next_suspects(double target_seconds) {
  std::vector<Unit> batch;
  double expected = 0;
  while (!suspects_.empty() && expected < target_seconds) {
    auto const [strikes, group, trial] = *suspects_.begin();
    // One more strike convicts: none shares the blame.
    bool const alone = strikes + 1 >= kMostStrikes;
    if (alone && in_flight_ > 0) break;
    suspects_.erase(suspects_.begin());
    auto points = missing(groups_[group], trial);
    if (points.empty()) continue;
    batch.push_back(hand_out(trial, std::move(points)));
    expected += expected_seconds(groups_[group]);
    if (alone) break;
  }
  return batch;
}

void Schedule::enter(Record const& record) {
  ledger_.enter(record);
  --in_flight_;
  shares_.of(record.trial).take_back(record.seconds);
  if (record.status == Status::failed) ++failed_;
  if (record.trial < 0) return;
  auto& group = groups_[group_of_[record.point]];
  double const unit_seconds = record.seconds * static_cast<double>(group.data.points.size());
  double& average = group.measured_seconds;
  average = average > 0 ? average + 0.2 * (unit_seconds - average) : std::max(unit_seconds, 1e-9);
  double const ratio = unit_seconds / std::max(nominal_seconds(group), 1e-6);
  scale_ = scale_ > 0 ? scale_ + 0.1 * (ratio - scale_) : ratio;
  if (!study_.target_error()) return;  // all trials are released
  auto const before = ledger_.released(record.point);
  for (auto const point : ledger_.decide({record.point})) {
    auto const more = ledger_.released(point) - before;
    remaining_ += more;
    shares_.trials().expect(more);
    group.cursor = std::min(group.cursor, before);
    first_ready_ = std::min<std::size_t>(first_ready_, group_of_[point]);
  }
}

double Schedule::seconds_left() const {
  constexpr std::size_t kGroupsLookedAt = 1000;  // called for every batch
  // Work counts alone say nothing of this machine.
  if (scale_ == 0 && (remaining_ > 0 || shares_.trials().is_in_flight())) return -1;
  auto const left = groups_.size() - first_ready_;
  auto const looked_at = std::min(left, kGroupsLookedAt);
  double seconds = 0;
  for (std::size_t g = first_ready_; g < first_ready_ + looked_at; ++g) {
    auto const& group = groups_[g];
    auto const trials = ledger_.released(group.data.points.front()) - group.cursor;
    seconds += expected_seconds(group) * static_cast<double>(std::max<std::int64_t>(trials, 0));
  }
  if (left > looked_at) seconds *= static_cast<double>(left) / static_cast<double>(looked_at);
  seconds /= static_cast<double>(study_.shard().parts);
  seconds += shares_.prediction_seconds_left();
  return seconds > 0 ? seconds / teams_ : -1;
}

}  // namespace thresher::engine
