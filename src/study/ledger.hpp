#pragma once

#include "study/record.hpp"
#include "study/study.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace thresher::study {

struct Failure {
  std::uint32_t point = 0;
  std::int64_t trial = 0;
  std::string reason;
};

/// What has been done: the state of every trial and prediction (one byte per trial), and the predictions
/// themselves. Metrics are not here but in the result file. On rank 0.
class Ledger {
 public:
  Ledger(Study const& study, Survey survey);

  Survey const& survey() const { return survey_; }
  std::int64_t trials() const { return trials_; }

  /// State of a trial at a point: that of the point's representative.
  Status status(std::size_t point, std::int64_t trial) const {
    return status_[survey_.representative[point] * static_cast<std::size_t>(trials_) +
                   static_cast<std::size_t>(trial)];
  }
  void set_status(std::size_t point, std::int64_t trial, Status status);
  /// Takes over what a record says (trial or prediction).
  void enter(Record const& record);
  /// Forgets a failed trial, so that it runs again.
  void retry(std::size_t point, std::int64_t trial);

  /// Tasks of a theory: its distinct points. A task of which every point is invalid has no point.
  std::size_t tasks(std::size_t theory) const { return theory_status_[theory].size(); }
  std::size_t task_of(std::size_t theory, std::size_t point) const;
  std::int64_t point_of_task(std::size_t theory, std::size_t task) const {
    return theory_point_[theory][task];
  }
  Status& theory_status(std::size_t theory, std::size_t task) { return theory_status_[theory][task]; }
  Status theory_status(std::size_t theory, std::size_t task) const { return theory_status_[theory][task]; }
  /// Value of prediction `k` at a point; NaN where it was not computed.
  double prediction(std::size_t k, std::size_t point) const;

  std::vector<Failure> const& failures() const { return failures_; }

  /// Target of --target_se: how many trials of a point are asked for so far, and whether more may come.
  std::int64_t released(std::size_t point) const;
  /// Decides, in trial order, every point whose released trials are complete. Returns points that got more
  /// trials.
  std::vector<std::uint32_t> decide(std::vector<std::uint32_t> const& points);
  /// Drops trials beyond the deciding count (left by a run with other options).
  void drop_beyond_decision();

 private:
  bool good_enough(std::size_t point, std::int64_t count) const;

  Study const& study_;
  Survey survey_;
  std::int64_t trials_;
  std::vector<Status> status_;
  std::vector<std::vector<std::size_t>> theory_axes_;
  std::vector<std::vector<Status>> theory_status_;
  std::vector<std::vector<std::int64_t>> theory_point_;
  std::vector<std::vector<double>> theory_values_;        ///< per theory: tasks x its predictions
  std::vector<std::vector<std::size_t>> theory_columns_;  ///< per theory: its predictions
  std::vector<Failure> failures_;
  std::vector<std::int64_t> released_;              ///< with target_se: per point
  std::vector<std::vector<double>> target_values_;  ///< with target_se: the metric, per representative
};

}  // namespace thresher::study
