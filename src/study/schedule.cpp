#include "study/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace thresher::study {

namespace {
bool is_missing(Status status) {
  return status == Status::not_run;
}
}  // namespace

Schedule::Schedule(Study const& study, Ledger& ledger, Strikes const& strikes)
    : study_(study), ledger_(ledger), strikes_(strikes) {
  auto const& survey = ledger_.survey();
  std::vector<std::uint32_t> all;
  for (std::uint32_t point = 0; point < survey.valid.size(); ++point)
    if (runs(point)) all.push_back(point);
  ledger_.decide(all);
  failed_ = static_cast<std::int64_t>(ledger_.failures().size());
  for (auto const point : all) {
    total_ += ledger_.released(point);
    finished_ += ledger_.released(point) - count_missing(point);
  }
  // A shard has about its share; the exact number is known when its units have been dealt.
  for (std::size_t theory = 0; theory < study.description().theories.size(); ++theory)
    for (std::size_t task = 0; task < ledger_.tasks(theory); ++task) {
      if (ledger_.point_of_task(theory, task) < 0 || !my_task(task)) continue;
      ++total_;
      if (!is_missing(ledger_.theory_status(theory, task))) ++finished_;
    }
}

std::vector<Phase> Schedule::phases() const {
  std::vector<Phase> phases{{Phase::Work::predictions, 1}};
  std::set<int> sizes;
  auto const& survey = ledger_.survey();
  for (std::size_t point = 0; point < survey.valid.size(); ++point)
    if (survey.valid[point]) sizes.insert(survey.team_size[point]);
  for (auto size = sizes.rbegin(); size != sizes.rend(); ++size)
    phases.push_back({Phase::Work::trials, *size});
  return phases;
}

std::int64_t Schedule::count_missing(std::uint32_t point) const {
  std::int64_t count = 0;
  for (std::int64_t t = 0; t < ledger_.released(point); ++t)
    count += is_missing(ledger_.status(point, t)) ? 1 : 0;
  return count;
}

bool Schedule::mine(std::size_t data_number, std::int64_t trial) const {
  auto const shard = study_.shard();
  auto const only = study_.options().only_trial;
  if (only >= 0) return trial == only;
  if (shard.parts == 1) return true;
  // With a target, a point's decision needs all of its trials: whole data points are dealt then.
  auto const number = study_.target_error()
                          ? static_cast<std::int64_t>(data_number)
                          : static_cast<std::int64_t>(data_number) * study_.trials() + trial;
  return number % shard.parts == shard.part;
}

bool Schedule::runs(std::uint32_t point) const {
  auto const& survey = ledger_.survey();
  return survey.valid[point] && survey.wanted[point] && survey.representative[point] == point;
}

bool Schedule::my_task(std::size_t task) const {
  if (study_.options().only_trial >= 0) return false;
  auto const shard = study_.shard();
  return static_cast<std::int64_t>(task) % shard.parts == shard.part;
}

void Schedule::collect_groups(int team_size) {
  auto const& survey = ledger_.survey();
  auto const& grid = study_.grid();
  groups_.clear();
  data_number_.clear();
  group_of_.assign(grid.size(), 0);
  std::vector<std::size_t> data_axes;
  for (std::size_t a = 0; a < grid.axes().size(); ++a)
    if (study_.splits_units(a)) data_axes.push_back(a);
  std::map<std::size_t, std::size_t> group_of_data;
  auto const& about = study_.description();
  Rates const rates;
  for (std::uint32_t point = 0; point < grid.size(); ++point) {
    if (!runs(point) || survey.team_size[point] != team_size) continue;
    std::size_t data = 0;
    for (auto const a : data_axes) data = data * grid.axes()[a].rows.size() + grid.position(point, a);
    auto const [at, is_new] = group_of_data.try_emplace(data, groups_.size());
    if (is_new) {
      groups_.emplace_back();
      data_number_.push_back(data);
    }
    auto& group = groups_[at->second];
    auto const values = study_.canonical(grid.point(point));
    for (std::size_t stage = about.data_stage + (is_new ? 0 : 1); stage < about.stages.size(); ++stage)
      group.nominal_seconds += rates.seconds(study_.experiment().cost(stage, values, team_size)) / team_size;
    group.points.push_back(point);
  }
  std::vector<std::size_t> order(groups_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return groups_[a].nominal_seconds > groups_[b].nominal_seconds;
  });
  std::vector<Group> sorted;
  std::vector<std::size_t> numbers;
  for (auto const k : order) {
    sorted.push_back(std::move(groups_[k]));
    numbers.push_back(data_number_[k]);
  }
  groups_ = std::move(sorted);
  data_number_ = std::move(numbers);
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (auto const point : groups_[g].points) group_of_[point] = static_cast<std::uint32_t>(g);
}

void Schedule::begin(Phase const& phase, int teams) {
  phase_ = phase;
  teams_ = teams;
  remaining_ = 0;
  in_flight_ = 0;
  scale_ = 0;
  first_ready_ = theory_ = task_ = 0;
  suspects_.clear();
  if (phase.work == Phase::Work::predictions) {
    for (std::size_t theory = 0; theory < study_.description().theories.size(); ++theory)
      for (std::size_t task = 0; task < ledger_.tasks(theory); ++task)
        if (ledger_.point_of_task(theory, task) >= 0 && my_task(task) &&
            is_missing(ledger_.theory_status(theory, task)))
          ++remaining_;
    return;
  }
  collect_groups(phase.team_size);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    std::int64_t most = 0;
    for (auto const point : groups_[g].points) most = std::max(most, ledger_.released(point));
    for (std::int64_t t = 0; t < most; ++t) {
      auto const count = static_cast<std::int64_t>(missing(groups_[g], t).size());
      if (mine(data_number_[g], t)) {
        remaining_ += count;
      } else {
        total_ -= count;
      }
    }
  }
}

std::vector<std::uint32_t> Schedule::missing(Group const& group, std::int64_t trial) const {
  std::vector<std::uint32_t> points;
  for (auto const point : group.points)
    if (trial < ledger_.released(point) && is_missing(ledger_.status(point, trial))) points.push_back(point);
  return points;
}

double Schedule::expected_seconds(Group const& group) const {
  if (group.measured_seconds > 0) return group.measured_seconds;
  return std::max(group.nominal_seconds, 1e-6) * (scale_ > 0 ? scale_ : 1);
}

std::vector<Unit> Schedule::next_predictions(double longest_seconds) {
  std::vector<Unit> batch;
  double const each = theory_entered_ > 0 ? theory_seconds_ / static_cast<double>(theory_entered_) : 1;
  double expected = 0;
  for (; theory_ < study_.description().theories.size(); ++theory_, task_ = 0)
    for (; task_ < ledger_.tasks(theory_); ++task_) {
      auto const point = ledger_.point_of_task(theory_, task_);
      auto& status = ledger_.theory_status(theory_, task_);
      if (point < 0 || !my_task(task_) || !is_missing(status)) continue;
      if (expected > longest_seconds) return batch;
      status = Status::in_flight;
      batch.push_back({trial_of_theory(theory_), {static_cast<std::uint32_t>(point)}});
      --remaining_;
      ++in_flight_;
      expected += each;
    }
  return batch;
}

Unit Schedule::hand_out(std::int64_t trial, std::vector<std::uint32_t> points) {
  for (auto const point : points) ledger_.set_status(point, trial, Status::in_flight);
  remaining_ -= static_cast<std::int64_t>(points.size());
  in_flight_ += static_cast<std::int64_t>(points.size());
  return {trial, std::move(points)};
}

std::vector<Unit> Schedule::next_suspect() {
  while (in_flight_ == 0 && !suspects_.empty()) {
    auto const [group, trial] = *suspects_.begin();
    suspects_.erase(suspects_.begin());
    if (auto points = missing(groups_[group], trial); !points.empty())
      return {hand_out(trial, std::move(points))};
  }
  return {};
}

std::vector<Unit> Schedule::next_batch(double longest_seconds) {
  if (remaining_ == 0) return {};
  double const shortest = std::max(0.01, 2e-5 * teams_);
  if (phase_.work == Phase::Work::predictions) return next_predictions(std::max(shortest, 0.1));
  // Guided self-scheduling: long batches while much is left, short ones at the end.
  double const left = std::max(seconds_left(), 0.0);
  double const target = std::clamp(left / 8, shortest, std::max(shortest, longest_seconds));
  std::vector<Unit> batch;
  double expected = 0;
  for (; first_ready_ < groups_.size(); ++first_ready_) {
    auto& group = groups_[first_ready_];
    std::int64_t most = 0;
    for (auto const point : group.points) most = std::max(most, ledger_.released(point));
    for (; group.cursor < most; ++group.cursor) {
      if (!mine(data_number_[first_ready_], group.cursor)) continue;
      auto points = missing(group, group.cursor);
      if (points.empty()) continue;
      if (std::any_of(points.begin(), points.end(), [&](auto point) {
            return strikes_.contains({group.cursor, point});
          })) {
        suspects_.emplace(first_ready_, group.cursor);
        continue;
      }
      // Where fewer units than teams are left, a unit's points are shared out: generating twice beats
      // waiting.
      auto const units_left =
          static_cast<std::size_t>((remaining_ + static_cast<std::int64_t>(points.size()) - 1) /
                                   static_cast<std::int64_t>(points.size()));
      if (units_left < static_cast<std::size_t>(teams_) && points.size() > 1) {
        auto const parts =
            std::min(points.size(), (static_cast<std::size_t>(teams_) + units_left - 1) / units_left);
        points.resize((points.size() + parts - 1) / parts);
      }
      expected += expected_seconds(group) * static_cast<double>(points.size()) /
                  static_cast<double>(group.points.size());
      batch.push_back(hand_out(group.cursor, std::move(points)));
      bool const known = scale_ > 0 || group.measured_seconds > 0;
      // The cursor stays: points of this trial may be left.
      if (!known || expected >= target) return batch;
      --group.cursor;
    }
  }
  return batch.empty() ? next_suspect() : batch;
}

void Schedule::enter(Record const& record) {
  ledger_.enter(record);
  --in_flight_;
  ++finished_;
  if (record.status == Status::failed) ++failed_;
  if (record.trial < 0) {
    theory_seconds_ += record.seconds;
    ++theory_entered_;
    return;
  }
  auto& group = groups_[group_of_[record.point]];
  double const unit_seconds = record.seconds * static_cast<double>(group.points.size());
  double& average = group.measured_seconds;
  average = average > 0 ? average + 0.2 * (unit_seconds - average) : std::max(unit_seconds, 1e-9);
  double const ratio = unit_seconds / std::max(group.nominal_seconds, 1e-6);
  scale_ = scale_ > 0 ? scale_ + 0.1 * (ratio - scale_) : ratio;
  if (!study_.target_error()) return;
  auto const before = ledger_.released(record.point);
  for (auto const point : ledger_.decide({record.point})) {
    auto const more = ledger_.released(point) - before;
    remaining_ += more;
    total_ += more;
    group.cursor = std::min(group.cursor, before);
    first_ready_ = std::min<std::size_t>(first_ready_, group_of_[point]);
  }
}

double Schedule::seconds_left() const {
  if (phase_.work == Phase::Work::predictions) return -1;
  if (scale_ == 0) return -1;
  double seconds = 0;
  for (std::size_t g = first_ready_; g < groups_.size() && g < first_ready_ + 1000; ++g) {
    auto const& group = groups_[g];
    auto const most = group.points.empty() ? 0 : ledger_.released(group.points.front());
    seconds += expected_seconds(group) * static_cast<double>(std::max<std::int64_t>(most - group.cursor, 0));
  }
  if (groups_.size() > first_ready_ + 1000)
    seconds *= static_cast<double>(groups_.size() - first_ready_) / 1000;
  return seconds / teams_ /
         std::max(1, study_.shard().parts > 1 ? static_cast<int>(study_.shard().parts) : 1);
}

}  // namespace thresher::study
