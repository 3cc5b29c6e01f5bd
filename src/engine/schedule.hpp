#pragma once

#include "engine/work_shares.hpp"
#include "results/journal.hpp"
#include "study/data_points.hpp"
#include "study/ledger.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace thresher::engine {

using namespace study;
using namespace results;

/// A stretch of a run in which all teams have one size, the largest teams first. Predictions are dealt in
/// step with the trials of their points; those that are left come in the last phase, whose teams are single
/// ranks.
struct Phase {
  int team_size = 1;
  bool is_last = true;
};

/// Decides which unit is run next: dearest data points first, trials in order. Deals with what is missing
/// only. On rank 0.
class Schedule {
 public:
  Schedule(Study const& study, Ledger& ledger, Strikes const& strikes);

  std::vector<Phase> phases() const;
  /// Starts a phase for `teams` teams; every unit of the phases before must be back.
  void begin(Phase const& phase, int teams);
  /// Units that should take about as long as a batch may; empty when there is nothing at present. Units that
  /// were in flight at an abnormal end come after all others, the least suspected first (a node that is lost
  /// leaves many); one that another such end would convict runs alone, so that none is convicted for another.
  std::vector<Unit> next_batch(double longest_seconds);
  /// Takes note of a result: updates the ledger, releases more trials where a target asks for them.
  void enter(Record const& record);
  /// Nothing of the phase is left or in flight.
  bool done() const {
    return remaining_ == 0 && in_flight_ == 0 && (!phase_.is_last || shares_.predictions_left() == 0);
  }

  /// How far the whole run is: trials at points, and predictions.
  WorkShares const& shares() const { return shares_; }
  std::int64_t failed() const { return failed_; }
  /// Estimate of the seconds left with the present teams; negative when unknown.
  double seconds_left() const;
  /// Estimate for the longest unit of the phase: by work counts, where none of its kind has been measured.
  double longest_unit_seconds() const;

 private:
  /// Seconds: a message is little beside the first; trials and predictions take turns of the second.
  static constexpr double kShortestBatch = 0.01;
  static constexpr double kTurn = 0.1;

  /// A data point of the phase's team size, and how far its trials are.
  struct Group {
    DataPoint data;
    std::int64_t cursor = 0;      ///< trials before it are handed out at all points
    double measured_seconds = 0;  ///< of one unit, averaged; 0 = not known
  };
  void collect_groups();
  double nominal_seconds(Group const& group) const;
  double expected_seconds(Group const& group) const;
  std::int64_t released(Group const& group) const;
  std::vector<std::uint32_t> missing(Group const& group, std::int64_t trial) const;
  /// Abnormal ends at which the unit was in flight.
  int strikes(std::int64_t trial, std::vector<std::uint32_t> const& points) const;
  /// Whether this shard (or the only trial) runs it.
  bool mine(Group const& group, std::int64_t trial) const;
  bool mine(Ledger::Task const& task) const;
  /// The next prediction that is not computed at a point whose trials have been begun (or, when no trials of
  /// the last phase are left, at any point); none when there is none at present.
  std::optional<Ledger::Task> find_prediction();
  /// Whether a team should predict before it runs more trials.
  bool predictions_are_due();
  /// Predictions that should take about `target_seconds`, and what is not measured yet.
  std::vector<Unit> next_predictions(double target_seconds);
  /// While other teams are at the last trials of a phase: what takes no longer than is known.
  std::vector<Unit> predictions_in_between();
  std::vector<Unit> next_trials(double target_seconds);
  std::vector<Unit> next_suspects(double target_seconds);
  Unit hand_out(std::int64_t trial, std::vector<std::uint32_t> points);

  Study const& study_;
  Ledger& ledger_;
  Strikes const& strikes_;
  Phase phase_;
  int teams_ = 1;
  std::vector<Group> groups_;            ///< the dearest first
  std::vector<std::uint32_t> group_of_;  ///< per point
  std::size_t first_ready_ = 0;
  /// Strikes, group and trial of units put off.
  std::set<std::tuple<int, std::size_t, std::int64_t>> suspects_;
  /// Where `find_prediction` goes on: in the groups and their points, then in all points; and the theory.
  struct {
    std::size_t group = 0;
    std::size_t point = 0;
    std::size_t theory = 0;
  } next_prediction_;
  WorkShares shares_;
  std::int64_t remaining_ = 0;  ///< trials of the phase, not handed out
  std::int64_t in_flight_ = 0;
  std::int64_t failed_ = 0;
  double scale_ = 0;  ///< measured over nominal seconds, lately; 0 = not known
};

}  // namespace thresher::engine
