#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thresher::engine {

/// How much there is of one kind of work: the trials at points, or the predictions of one theory. What is
/// handed out counts as lasting as long as those of its kind that came back lately.
class WorkKind {
 public:
  void expect(std::int64_t more) { total_ += more; }
  void find_finished(std::int64_t count) { finished_ += count; }
  void hand_out(std::int64_t count) { in_flight_ += count; }
  void take_back(double seconds);

  std::int64_t total() const { return total_; }
  std::int64_t finished() const { return finished_; }
  /// Not handed out.
  std::int64_t left() const { return total_ - finished_ - in_flight_; }
  bool is_in_flight() const { return in_flight_ > 0; }
  bool is_measured() const { return measured_; }
  /// Of one, lately; 0 where none came back.
  double recent_seconds() const { return recent_seconds_; }
  /// Of all that came back, and expected of those in flight.
  double seconds() const { return seconds_ + static_cast<double>(in_flight_) * recent_seconds_; }

 private:
  std::int64_t total_ = 0;
  std::int64_t finished_ = 0;
  std::int64_t in_flight_ = 0;
  bool measured_ = false;
  double seconds_ = 0;
  double recent_seconds_ = 0;
};

/// How the time of a run divides into trials and predictions: both get the same while both are left.
class WorkShares {
 public:
  explicit WorkShares(std::size_t theories) : theories_(theories) {}

  WorkKind& trials() { return trials_; }
  WorkKind const& trials() const { return trials_; }
  WorkKind& theory(std::size_t theory) { return theories_[theory]; }
  WorkKind const& theory(std::size_t theory) const { return theories_[theory]; }
  /// The kind of a unit: negative trials are predictions.
  WorkKind& of(std::int64_t trial);

  /// Over all theories.
  std::int64_t predictions() const;
  std::int64_t predictions_finished() const;
  std::int64_t predictions_left() const;
  /// Seconds of predictions that are not handed out; a theory that is not measured counts like the others.
  double prediction_seconds_left() const;
  /// Seconds by which predictions lag behind the trials, handed out or done.
  double lag_of_predictions() const;

 private:
  WorkKind trials_;
  std::vector<WorkKind> theories_;
};

}  // namespace thresher::engine
