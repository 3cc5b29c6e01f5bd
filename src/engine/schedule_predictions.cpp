#include "engine/schedule.hpp"

#include <algorithm>

namespace thresher::engine {

namespace {
constexpr double kLeastSeconds = 1e-6;  ///< of a prediction: it comes back as a record
}

bool Schedule::predictions_are_due() {
  // One whose time is not known yet may take long: the trials go on beside it.
  for (std::size_t theory = 0; theory < study_.description().theories.size(); ++theory)
    if (shares_.theory(theory).is_in_flight() && !shares_.theory(theory).is_measured()) return false;
  return shares_.predictions_left() > 0 && shares_.lag_of_predictions() > 0 && find_prediction();
}

std::optional<Ledger::Task> Schedule::find_prediction() {
  auto const theories = study_.description().theories.size();
  auto& next = next_prediction_;
  auto const missing_at = [&](std::size_t point) -> std::optional<Ledger::Task> {
    for (; next.theory < theories; ++next.theory)
      if (auto const task = ledger_.task(next.theory, point);
          task && mine(*task) && ledger_.status(task->point, task->trial) == Status::not_run)
        return task;
    next.theory = 0;
    ++next.point;
    return std::nullopt;
  };
  while (next.group < groups_.size()) {
    auto const& group = groups_[next.group];
    bool const begun = next.group < first_ready_ || group.cursor > 0 || remaining_ == 0;
    if (!begun) return std::nullopt;
    while (next.point < group.data.points.size())
      if (auto const task = missing_at(group.data.points[next.point])) return task;
    ++next.group;
    next.point = 0;
  }
  if (!phase_.is_last || remaining_ > 0) return std::nullopt;
  // What lies at no point of its own trials, or was left by the phases before.
  while (next.point < study_.grid().size())
    if (auto const task = missing_at(next.point)) return task;
  return std::nullopt;
}

std::vector<Unit> Schedule::next_predictions(double target_seconds) {
  std::vector<Unit> batch;
  for (double expected = 0; expected < target_seconds;) {
    auto const task = find_prediction();
    if (!task) break;
    auto const& kind = shares_.of(task->trial);
    // Of a theory that is not measured one goes ahead; a team that has nothing else to do takes another.
    if (!kind.is_measured() && kind.is_in_flight() && !batch.empty()) break;
    batch.push_back(hand_out(task->trial, {task->point}));
    expected += std::max(kind.recent_seconds(), kLeastSeconds);
  }
  return batch;
}

std::vector<Unit> Schedule::predictions_in_between() {
  if (in_flight_ == 0 || teams_ == 1) return {};
  auto const task = find_prediction();
  if (!task || !shares_.of(task->trial).is_measured()) return {};
  if (shares_.of(task->trial).recent_seconds() > kShortestBatch) return {};
  return next_predictions(kShortestBatch);
}

}  // namespace thresher::engine
