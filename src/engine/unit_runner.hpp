#pragma once

#include "engine/agreement.hpp"
#include "results/trial_files.hpp"
#include "study/record.hpp"
#include "study/study.hpp"

#include <functional>
#include <map>

namespace thresher::engine {

using namespace study;
using namespace results;

/// Runs units on a team: walks the stages depth-first, so that each stage's result serves every point that
/// shares the parameters up to it.
class UnitRunner {
 public:
  using Emit = std::function<void(Record)>;

  UnitRunner(Study const& study, Team& team, Agreement const& agreement)
      : study_(study), team_(team), agreement_(agreement) {}

  /// Runs `unit`; hands each point's record to `emit` on the team's rank 0. False when the unit was
  /// interrupted (its unfinished points have no record). Collective over the team.
  bool run(Unit const& unit, Emit const& emit);

  /// Arrays that the running trial leaves; moved into its record (team's rank 0).
  std::vector<Artifact>& artifacts() { return artifacts_; }
  /// Whether every trial of what runs is the same, at a point that it serves.
  bool is_deterministic() const { return deterministic_; }
  /// What files of the running stage belong to: the data of the trial, or its point.
  TrialPlace const& place() const { return place_; }

 private:
  struct KnownPoint {
    Point canonical;
    bool is_deterministic;
  };
  /// A point that the running unit serves.
  struct ServedPoint {
    std::uint32_t number;
    Point const* canonical;
    bool is_deterministic;
  };
  /// What a stage before the data left, for the trials to come.
  struct Preparation {
    std::string key;
    std::unique_ptr<StageResult> result;
    Ending ending;
  };
  bool predict(Unit const& unit, Emit const& emit);
  bool descend(std::size_t stage, StageResult const* before, std::vector<ServedPoint> const& served,
               double share);
  Preparation const& prepare(std::size_t stage, StageResult const* before, std::string const& key,
                             Point const& point);
  void fail(std::vector<ServedPoint> const& served, std::string const& reason, double seconds);
  void measure(StageResult const* before, ServedPoint const& point, double share, Ending& ending);
  KnownPoint const& known(std::uint32_t number);

  Study const& study_;
  Team& team_;
  Agreement const& agreement_;
  std::map<std::uint32_t, KnownPoint> known_;  ///< points met lately
  std::vector<Preparation> prepared_;          ///< one per stage before the data
  std::int64_t trial_ = 0;
  Emit const* emit_ = nullptr;
  std::vector<Artifact> artifacts_;
  TrialPlace place_;
  bool deterministic_ = false;
};

/// Problem of a measured value: empty when every value is legitimate where `applicable`.
std::string illegitimate(Description const& description, std::vector<bool> const& applicable,
                         std::vector<double> const& values);

}  // namespace thresher::engine
