#include "study/ledger.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::study {

Ledger::Ledger(Study const& study, Survey survey)
    : study_(study), survey_(std::move(survey)), trials_(study.trials()) {
  std::size_t const points = survey_.valid.size();
  status_.assign(points * static_cast<std::size_t>(trials_), Status::not_run);
  for (std::size_t point = 0; point < points; ++point)
    if (!survey_.valid[point])
      for (std::int64_t t = 0; t < trials_; ++t) set_status(point, t, Status::invalid);

  auto const& about = study.description();
  theory_columns_.resize(about.theories.size());
  for (std::size_t k = 0; k < about.predictions.size(); ++k)
    theory_columns_[about.predictions[k].theory].push_back(k);
  for (std::size_t theory = 0; theory < about.theories.size(); ++theory) {
    theory_axes_.push_back(study.theory_axes(theory));
    std::size_t tasks = 1;
    for (auto const axis : theory_axes_.back()) tasks *= study.grid().axes()[axis].rows.size();
    theory_status_.emplace_back(tasks, Status::not_run);
    theory_values_.emplace_back(tasks * theory_columns_[theory].size(), std::nan(""));
    theory_point_.emplace_back(tasks, -1);
    for (std::size_t point = points; point-- > 0;)
      if (survey_.valid[point])
        theory_point_.back()[task_of(theory, point)] = static_cast<std::int64_t>(point);
  }
  if (study.target_error()) {
    released_.assign(points, std::min(study.options().trials, trials_));
    target_values_.resize(points);
  }
}

void Ledger::set_status(std::size_t point, std::int64_t trial, Status status) {
  status_[survey_.representative[point] * static_cast<std::size_t>(trials_) +
          static_cast<std::size_t>(trial)] = status;
}

std::size_t Ledger::task_of(std::size_t theory, std::size_t point) const {
  std::size_t task = 0;
  for (auto const axis : theory_axes_[theory])
    task = task * study_.grid().axes()[axis].rows.size() + study_.grid().position(point, axis);
  return task;
}

double Ledger::prediction(std::size_t k, std::size_t point) const {
  auto const theory = study_.description().predictions[k].theory;
  auto const& columns = theory_columns_[theory];
  auto const column =
      static_cast<std::size_t>(std::find(columns.begin(), columns.end(), k) - columns.begin());
  return survey_.valid[point] ? theory_values_[theory][task_of(theory, point) * columns.size() + column]
                              : std::nan("");
}

void Ledger::enter(Record const& record) {
  Status before = Status::not_run;
  if (record.trial < 0) {
    auto const theory = theory_of_trial(record.trial);
    auto const task = task_of(theory, record.point);
    before = theory_status_[theory][task];
    theory_status_[theory][task] = record.status;
    std::copy(record.values.begin(), record.values.end(),
              theory_values_[theory].begin() + static_cast<std::ptrdiff_t>(task * record.values.size()));
  } else {
    if (record.trial >= trials_) return;
    before = status(record.point, record.trial);
    set_status(record.point, record.trial, record.status);
    if (study_.target_error()) {
      auto& values = target_values_[survey_.representative[record.point]];
      if (values.size() <= static_cast<std::size_t>(record.trial))
        values.resize(static_cast<std::size_t>(record.trial) + 1, std::nan(""));
      values[static_cast<std::size_t>(record.trial)] = record.values[study_.target_error()->metric];
    }
  }
  if (before == Status::failed)
    std::erase_if(failures_,
                  [&](Failure const& f) { return f.point == record.point && f.trial == record.trial; });
  if (record.status == Status::failed) failures_.push_back({record.point, record.trial, record.reason});
}

void Ledger::retry(std::size_t point, std::int64_t trial) {
  set_status(point, trial, Status::not_run);
  std::erase_if(failures_, [&](Failure const& f) { return f.point == point && f.trial == trial; });
}

std::int64_t Ledger::released(std::size_t point) const {
  return released_.empty() ? trials_ : released_[survey_.representative[point]];
}

bool Ledger::good_enough(std::size_t point, std::int64_t count) const {
  auto const& target = *study_.target_error();
  auto const& values = target_values_[point];
  double n = 0;
  double mean = 0;
  double squares = 0;
  for (std::size_t t = 0; t < std::min(values.size(), static_cast<std::size_t>(count)); ++t) {
    if (!std::isfinite(values[t])) continue;
    n += 1;
    double const step = values[t] - mean;
    mean += step / n;
    squares += step * (values[t] - mean);
  }
  if (n < 2) return false;
  if (study_.description().metrics[target.metric].kind == MetricKind::indicator) {
    // All successes are not certainty: the rule of succession.
    double const p = (mean * n + 1) / (n + 2);
    return std::sqrt(p * (1 - p) / (n + 2)) <= target.standard_error;
  }
  return std::sqrt(squares / (n - 1) / n) <= target.standard_error;
}

std::vector<std::uint32_t> Ledger::decide(std::vector<std::uint32_t> const& points) {
  std::vector<std::uint32_t> extended;
  if (released_.empty()) return extended;
  for (auto const point : points) {
    auto const representative = survey_.representative[point];
    auto& released = released_[representative];
    for (bool more = false;; more = true) {
      auto const* first = &status_[representative * static_cast<std::size_t>(trials_)];
      bool const complete = std::all_of(
          first, first + released, [](Status s) { return s != Status::not_run && s != Status::in_flight; });
      if (!complete || released == trials_ || good_enough(representative, released)) {
        if (more) extended.push_back(representative);
        break;
      }
      released = std::min(trials_, released + (released + 1) / 2);
    }
  }
  return extended;
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
