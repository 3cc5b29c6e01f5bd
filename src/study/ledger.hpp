#pragma once

#include "study/record.hpp"
#include "study/survey.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace thresher::study {

/// What became of the trials of a point.
struct Tally {
  std::int64_t ran = 0;
  std::int64_t failed = 0;
  std::int64_t not_converged = 0;
};

/// Where a point stands with --target_se: trials are missing, its error is small enough, or it had all its
/// trials and its error is not. As stored in the result file.
enum class TargetState : std::int8_t { open = 0, reached = 1, missed = 2 };

struct Failure {
  std::uint32_t point = 0;
  std::int64_t trial = 0;
  std::string reason;
};

/// What has been done: the state of every trial and prediction (one byte per trial), and the predictions
/// themselves. Metrics are not here but in the result file. Predictions are trials with a negative number
/// (see Unit). On rank 0. Copies share what does not change; another thread may read one.
class Ledger {
 public:
  Ledger(Study const& study, Survey survey);

  Survey const& survey() const { return survey_; }
  std::int64_t trials() const { return trials_; }

  /// State of a trial at a point: that of the point's representative, or of the prediction's task.
  Status status(std::size_t point, std::int64_t trial) const {
    return trial < 0 ? theory(trial).status[task_of(theory(trial), point)] : status_[cell(point, trial)];
  }
  void set_status(std::size_t point, std::int64_t trial, Status status);
  /// What has been handed out and is not back: points of a trial together.
  std::vector<Unit> in_flight() const;
  /// Takes over what a record says.
  void enter(Record const& record);
  /// Forgets a failed trial, so that it runs again.
  void retry(std::size_t point, std::int64_t trial);

  /// What there is to predict: each theory once for all points that it cannot tell apart.
  struct Task {
    std::size_t number = 0;  ///< among those of its theory
    std::int64_t trial = 0;
    std::uint32_t point = 0;  ///< the first one
  };
  /// Those that are wanted, in the order of theories; invalid points have none.
  void for_each_task(std::function<void(Task const&)> const& visit) const;
  /// The task that predicts theory `theory` at a point; none where it is not wanted or the point is invalid.
  std::optional<Task> task(std::size_t theory, std::size_t point) const;
  /// Value of prediction `k` at a point; NaN where it was not computed.
  double prediction(std::size_t k, std::size_t point) const;
  /// The record of a prediction that has come back.
  Record record_of_prediction(std::size_t theory, std::size_t point) const;
  /// Whether prediction `k` is asked for, or known anywhere from before.
  bool has_prediction(std::size_t k) const;

  /// Bytes that the states of all trials and predictions take, when all is done.
  double bytes() const;

  std::vector<Failure> const& failures() const { return failures_; }
  Tally tally(std::size_t point) const;

  /// Target of --target_se: how many trials of a point are asked for so far, and whether more may come.
  std::int64_t released(std::size_t point) const;
  /// How many of these have not run.
  std::int64_t missing(std::size_t point) const;
  /// Decides, in trial order, every point whose released trials are complete. Returns points that got more
  /// trials.
  std::vector<std::uint32_t> decide(std::vector<std::uint32_t> const& points);
  /// How far a point is, whatever was released so far (as after a merge).
  TargetState target_state(std::size_t point) const;
  /// Drops trials beyond the deciding count (left by a run with other options).
  void drop_beyond_decision();

 private:
  /// State of a theory, by task.
  struct Predictions {
    std::vector<std::size_t> axes;
    std::vector<std::size_t> columns;  ///< which predictions are its own
    std::vector<Status> status;
    /// The first of the task, kNoPoint where every one is invalid; none for a theory that is not wanted.
    std::shared_ptr<std::vector<std::uint32_t> const> point;
    /// Values, tasks x columns, of kTasksPerBlock tasks each: none where nothing is known. A copy of the
    /// ledger shares them, so they are written through `values_to_write` only.
    std::vector<std::shared_ptr<std::vector<double>>> blocks;
    bool wanted = false;
  };
  static constexpr std::uint32_t kNoPoint = 0xffffffff;
  static constexpr std::size_t kTasksPerBlock = 1024;
  /// Values of a task, one per column; empty where nothing is known.
  static std::span<double const> values_of(Predictions const& theory, std::size_t task);
  static std::span<double> values_to_write(Predictions& theory, std::size_t task);
  std::shared_ptr<std::vector<std::uint32_t> const> first_points(Predictions const& theory) const;
  Predictions const& theory(std::int64_t trial) const { return theories_[theory_of_trial(trial)]; }
  std::size_t task_of(Predictions const& theory, std::size_t point) const;
  std::size_t cell(std::size_t point, std::int64_t trial) const {
    return survey_.representative[point] * static_cast<std::size_t>(trials_) +
           static_cast<std::size_t>(trial);
  }
  /// The trial counts at which a point is decided: the first, and the one after `released`.
  std::int64_t first_decision() const;
  std::int64_t next_decision(std::int64_t released) const;
  bool complete(std::size_t point, std::int64_t count) const;
  bool good_enough(std::size_t representative, std::int64_t count) const;

  Study const& study_;
  Survey survey_;
  std::int64_t trials_;
  std::vector<Status> status_;
  std::vector<Predictions> theories_;
  std::vector<Failure> failures_;
  std::vector<std::int64_t> released_;              ///< with target_se: per point
  std::vector<std::vector<double>> target_values_;  ///< with target_se: the metric, per representative
};

}  // namespace thresher::study
