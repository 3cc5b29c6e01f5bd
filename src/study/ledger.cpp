#include "study/ledger.hpp"

#include "study/precision.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <map>

namespace thresher::study {

Ledger::Ledger(Study const& study, Survey survey)
    : study_(study), survey_(std::move(survey)), trials_(study.trials()) {
  std::size_t const points = survey_.valid.size();
  status_.assign(points * static_cast<std::size_t>(trials_), Status::not_run);
  for (std::size_t point = 0; point < points; ++point)
    if (!survey_.valid[point])
      for (std::int64_t t = 0; t < trials_; ++t) set_status(point, t, Status::invalid);

  auto const& about = study.description();
  theories_.resize(about.theories.size());
  for (std::size_t k = 0; k < about.predictions.size(); ++k)
    theories_[about.predictions[k].theory].columns.push_back(k);
  for (std::size_t k = 0; k < theories_.size(); ++k) {
    auto& theory = theories_[k];
    theory.axes = study.theory_axes(k);
    std::size_t tasks = 1;
    for (auto const axis : theory.axes) tasks *= study.grid().axes()[axis].rows.size();
    theory.status.assign(tasks, Status::not_run);
    theory.wanted = study.wants_theory(k);
    if (theory.wanted) theory.point = first_points(theory);
  }
  if (study.target_error()) {
    released_.assign(points, first_decision());
    target_values_.resize(points);
  }
}

std::shared_ptr<std::vector<std::uint32_t> const> Ledger::first_points(Predictions const& theory) const {
  auto first = std::make_shared<std::vector<std::uint32_t>>(theory.status.size(), kNoPoint);
  for (std::size_t point = survey_.valid.size(); point-- > 0;)
    if (survey_.valid[point]) (*first)[task_of(theory, point)] = static_cast<std::uint32_t>(point);
  return first;
}

std::vector<Unit> Ledger::in_flight() const {
  std::map<std::int64_t, std::vector<std::uint32_t>> points;
  for (auto at = status_.begin(); (at = std::find(at, status_.end(), Status::in_flight)) != status_.end();
       ++at) {
    auto const cell = at - status_.begin();
    points[cell % trials_].push_back(static_cast<std::uint32_t>(cell / trials_));
  }
  for_each_task([&](Task const& task) {
    if (status(task.point, task.trial) == Status::in_flight) points[task.trial].push_back(task.point);
  });
  std::vector<Unit> units;
  for (auto& [trial, of_trial] : points) units.push_back({trial, std::move(of_trial)});
  return units;
}

void Ledger::set_status(std::size_t point, std::int64_t trial, Status status) {
  if (trial < 0) {
    auto& theory = theories_[theory_of_trial(trial)];
    theory.status[task_of(theory, point)] = status;
  } else {
    status_[cell(point, trial)] = status;
  }
}

std::size_t Ledger::task_of(Predictions const& theory, std::size_t point) const {
  std::size_t task = 0;
  for (auto const axis : theory.axes)
    task = task * study_.grid().axes()[axis].rows.size() + study_.grid().position(point, axis);
  return task;
}

void Ledger::for_each_task(std::function<void(Task const&)> const& visit) const {
  for (std::size_t theory = 0; theory < theories_.size(); ++theory) {
    if (!theories_[theory].wanted) continue;
    auto const& first = *theories_[theory].point;
    for (std::size_t number = 0; number < first.size(); ++number)
      if (first[number] != kNoPoint) visit({number, trial_of_theory(theory), first[number]});
  }
}

std::optional<Ledger::Task> Ledger::task(std::size_t theory, std::size_t point) const {
  auto const& asked = theories_[theory];
  if (!asked.wanted || !survey_.valid[point]) return std::nullopt;
  auto const number = task_of(asked, point);
  return Task{number, trial_of_theory(theory), (*asked.point)[number]};
}

std::span<double const> Ledger::values_of(Predictions const& theory, std::size_t task) {
  if (theory.blocks.empty() || !theory.blocks[task / kTasksPerBlock]) return {};
  auto const columns = theory.columns.size();
  return std::span<double const>(*theory.blocks[task / kTasksPerBlock])
      .subspan(task % kTasksPerBlock * columns, columns);
}

std::span<double> Ledger::values_to_write(Predictions& theory, std::size_t task) {
  auto const columns = theory.columns.size();
  auto const tasks = theory.status.size();
  theory.blocks.resize((tasks + kTasksPerBlock - 1) / kTasksPerBlock);
  auto& block = theory.blocks[task / kTasksPerBlock];
  if (!block) {
    auto const first = task - task % kTasksPerBlock;
    block =
        std::make_shared<std::vector<double>>(std::min(kTasksPerBlock, tasks - first) * columns, kUndefined);
  } else if (block.use_count() > 1) {
    block = std::make_shared<std::vector<double>>(*block);
  } else {
    std::atomic_thread_fence(std::memory_order_acquire);  // whoever shared it has read it
  }
  return std::span(*block).subspan(task % kTasksPerBlock * columns, columns);
}

double Ledger::prediction(std::size_t k, std::size_t point) const {
  if (!survey_.valid[point]) return kUndefined;
  auto const& theory = theories_[study_.description().predictions[k].theory];
  auto const values = values_of(theory, task_of(theory, point));
  if (values.empty()) return kUndefined;
  return values[static_cast<std::size_t>(std::ranges::find(theory.columns, k) - theory.columns.begin())];
}

Record Ledger::record_of_prediction(std::size_t number, std::size_t point) const {
  auto const& theory = theories_[number];
  auto const trial = trial_of_theory(number);
  Record record{.point = static_cast<std::uint32_t>(point), .trial = trial, .status = status(point, trial)};
  auto const values = values_of(theory, task_of(theory, point));
  record.values.assign(values.begin(), values.end());
  auto const failure = std::ranges::find_if(
      failures_, [&](Failure const& f) { return f.point == record.point && f.trial == trial; });
  if (failure != failures_.end()) record.reason = failure->reason;
  return record;
}

bool Ledger::has_prediction(std::size_t k) const {
  auto const& theory = theories_[study_.description().predictions[k].theory];
  if (theory.wanted) return true;
  auto const columns = theory.columns.size();
  auto const column = static_cast<std::size_t>(std::ranges::find(theory.columns, k) - theory.columns.begin());
  for (auto const& block : theory.blocks)
    for (std::size_t at = column; block && at < block->size(); at += columns)
      if (!std::isnan((*block)[at])) return true;
  return false;
}

double Ledger::bytes() const {
  double sum = static_cast<double>(status_.size());
  for (auto const& theory : theories_)
    sum += static_cast<double>(theory.status.size()) *
           (1 + (theory.wanted ? 4 + 8 * static_cast<double>(theory.columns.size()) : 0));
  return sum;
}

void Ledger::enter(Record const& record) {
  if (record.trial >= trials_) return;
  bool const failed_before = status(record.point, record.trial) == Status::failed;
  set_status(record.point, record.trial, record.status);
  if (record.trial < 0) {
    auto& theory = theories_[theory_of_trial(record.trial)];
    std::ranges::copy(record.values, values_to_write(theory, task_of(theory, record.point)).begin());
  } else if (study_.target_error()) {
    auto& values = target_values_[survey_.representative[record.point]];
    if (values.size() <= static_cast<std::size_t>(record.trial))
      values.resize(static_cast<std::size_t>(record.trial) + 1, kUndefined);
    values[static_cast<std::size_t>(record.trial)] = record.values[study_.target_error()->metric];
  }
  if (failed_before)
    std::erase_if(failures_,
                  [&](Failure const& f) { return f.point == record.point && f.trial == record.trial; });
  if (record.status == Status::failed) failures_.push_back({record.point, record.trial, record.reason});
}

void Ledger::retry(std::size_t point, std::int64_t trial) {
  set_status(point, trial, Status::not_run);
  std::erase_if(failures_, [&](Failure const& f) { return f.point == point && f.trial == trial; });
}

std::int64_t Ledger::missing(std::size_t point) const {
  auto const first = status_.begin() + static_cast<std::ptrdiff_t>(cell(point, 0));
  return std::count(first, first + released(point), Status::not_run);
}

std::int64_t Ledger::released(std::size_t point) const {
  return released_.empty() ? trials_ : released_[survey_.representative[point]];
}

Tally Ledger::tally(std::size_t point) const {
  Tally tally;
  for (std::int64_t t = 0; t < trials_; ++t) {
    auto const state = status(point, t);
    tally.ran += has_run(state) ? 1 : 0;
    tally.failed += state == Status::failed ? 1 : 0;
    tally.not_converged += state == Status::not_converged ? 1 : 0;
  }
  return tally;
}

std::int64_t Ledger::first_decision() const {
  return std::min(study_.options().trials, trials_);
}

std::int64_t Ledger::next_decision(std::int64_t released) const {
  return std::min(trials_, released + (released + 1) / 2);
}

bool Ledger::complete(std::size_t point, std::int64_t count) const {
  auto const first = status_.begin() + static_cast<std::ptrdiff_t>(cell(point, 0));
  return std::all_of(first, first + count,
                     [](Status s) { return s != Status::not_run && s != Status::in_flight; });
}

bool Ledger::good_enough(std::size_t representative, std::int64_t count) const {
  auto const& target = *study_.target_error();
  auto const& values = target_values_[representative];
  auto const most = std::min(values.size(), static_cast<std::size_t>(count));
  std::vector<double> finite;
  finite.reserve(most);
  std::copy_if(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(most), std::back_inserter(finite),
               [](double v) { return std::isfinite(v); });
  return cautious_standard_error(study_.description().metrics[target.metric], finite) <=
         target.standard_error;
}

std::vector<std::uint32_t> Ledger::decide(std::vector<std::uint32_t> const& points) {
  std::vector<std::uint32_t> extended;
  if (released_.empty()) return extended;
  for (auto const point : points) {
    auto const representative = survey_.representative[point];
    auto& released = released_[representative];
    for (bool more = false;; more = true) {
      if (!complete(point, released) || released == trials_ || good_enough(representative, released)) {
        if (more) extended.push_back(representative);
        break;
      }
      released = next_decision(released);
    }
  }
  return extended;
}

TargetState Ledger::target_state(std::size_t point) const {
  if (released_.empty() || !survey_.valid[point]) return TargetState::open;
  auto const representative = survey_.representative[point];
  for (auto count = first_decision();; count = next_decision(count)) {
    if (!complete(point, count)) return TargetState::open;
    if (good_enough(representative, count)) return TargetState::reached;
    if (count == trials_) return TargetState::missed;
  }
}

void Ledger::drop_beyond_decision() {
  for (std::size_t point = 0; point < released_.size(); ++point) {
    if (!survey_.valid[point] || survey_.representative[point] != point) continue;
    for (std::int64_t t = released_[point]; t < trials_; ++t) set_status(point, t, Status::not_run);
    std::erase_if(failures_,
                  [&](Failure const& f) { return f.point == point && f.trial >= released_[point]; });
  }
}

}  // namespace thresher::study
