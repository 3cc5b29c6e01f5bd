#pragma once

#include "study/team.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace thresher::study {

/// State of a trial, as in the result file's /status.
enum class Status : std::int8_t {
  in_flight = -1,
  not_run = 0,
  ok = 1,
  failed = 2,
  not_converged = 3,
  invalid = 4
};
/// Whether a trial in this state has come back.
inline bool has_run(Status status) {
  return status == Status::ok || status == Status::failed || status == Status::not_converged;
}

/// What is handed out: one trial at all points that share its data. Predictions are units too: theory k at
/// one point is "trial" -1 - k.
struct Unit {
  std::int64_t trial = 0;
  std::vector<std::uint32_t> points;
  static constexpr std::tuple members{&Unit::trial, &Unit::points};
};

inline std::int64_t trial_of_theory(std::size_t theory) {
  return -1 - static_cast<std::int64_t>(theory);
}
inline std::size_t theory_of_trial(std::int64_t trial) {
  return static_cast<std::size_t>(-1 - trial);
}

struct Description;

/// What comes back for one point of a unit.
struct Record {
  std::uint32_t point = 0;
  std::int64_t trial = 0;
  Status status = Status::ok;
  double seconds = 0;
  std::vector<double> values = {};  ///< metrics in declared order, or the predictions of the theory
  std::string reason = {};          ///< of a failure
  std::vector<Artifact> artifacts = {};
  static constexpr std::tuple members{&Record::point,  &Record::trial,  &Record::status,   &Record::seconds,
                                      &Record::values, &Record::reason, &Record::artifacts};

  /// A failure: it has no numbers.
  static Record failed(Description const& about, std::uint32_t point, std::int64_t trial, std::string reason);
};

/// How many values a record of `trial` has; none for a theory that is not declared.
std::optional<std::size_t> values_of(Description const& about, std::int64_t trial);

}  // namespace thresher::study
