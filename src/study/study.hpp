#pragma once

#include "study/configuration.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace thresher::study {

struct TargetError {
  std::size_t metric = 0;
  double standard_error = 0;
};

/// One part of N disjoint ones.
struct Shard {
  std::int64_t part = 0;
  std::int64_t parts = 1;
};

/// An experiment with all that the user asked of it: the same on every rank.
class Study {
 public:
  /// Throws UserError for options that do not fit the experiment.
  Study(Experiment const& experiment, Configuration configuration, OpenedInput input = {});

  Experiment const& experiment() const { return experiment_; }
  Description const& description() const { return experiment_.description(); }
  Configuration const& configuration() const { return configuration_; }
  Options const& options() const { return configuration_.options; }
  Grid const& grid() const { return grid_; }
  /// The user's input, or null.
  InputReader const* input() const { return input_.reader.get(); }

  /// Length of the trial dimension.
  std::int64_t trials() const;
  std::optional<TargetError> const& target_error() const { return target_error_; }
  Shard shard() const { return shard_; }

  /// What the experiment says of a point.
  Verdict verdict(Point const& point) const;
  Cost cost(std::size_t stage, Point const& point, Resources const& resources) const {
    return experiment_.cost(stage, point, input_.facts.get(), resources);
  }
  std::vector<bool> applicable(Point const& point) const {
    return experiment_.applicable(point, input_.facts.get());
  }
  void predict(std::size_t theory, Point const& point, std::span<double> predictions) const;
  std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                         std::span<Point const* const> points, Team& team) const {
    return experiment_.run_stage(stage, before, points, input_.facts.get(), team);
  }
  Outcome measure(StageResult const* before, Point const& point, Team& team,
                  std::span<double> metrics) const {
    return experiment_.measure(before, point, input_.facts.get(), team, metrics);
  }
  /// The point with inert and theory parameters at their defaults: equal canonical points have equal trials.
  Point canonical(Point const& point) const { return canonical(point, verdict(point)); }
  Point canonical(Point const& point, Verdict const& verdict) const;
  /// Identity of the trials of a canonical point: seed, experiment, data version and data parameters off
  /// their defaults (none of them under common random numbers).
  std::string identity(Point const& canonical) const;
  /// Identity of what a stage before the data draws: experiment, data version and the stage.
  std::string preparation_identity(std::size_t stage) const;
  /// Whether parameter `k` shapes the data (or what they are made from).
  bool shapes_data(std::size_t k) const;
  /// Canonical points with equal keys share one result of `stage`.
  std::string key_up_to(std::size_t stage, Point const& canonical) const;
  /// Names what `stage` leaves on disk at a canonical point (the number of stages: what the point leaves).
  std::string place_of(std::size_t stage, Point const& canonical) const;
  /// Whether units are split along axis `a`: it holds a data parameter (not a nested one under common random
  /// numbers).
  bool splits_units(std::size_t axis) const;

  /// Whether the predictions of a theory are asked for.
  bool wants_theory(std::size_t theory) const { return wanted_theories_[theory]; }
  /// Identity of what a theory draws: seed, experiment, data version and the theory. Not its parameters:
  /// along a curve all predictions come from the same numbers, and the curve is smooth.
  std::string theory_identity(std::size_t theory) const;
  /// The point as a theory may see it: parameters on which it does not depend are at their defaults.
  Point seen_by_theory(std::size_t theory, Point const& point) const;
  /// Axes on which the predictions of a theory depend.
  std::vector<std::size_t> theory_axes(std::size_t theory) const;
  /// Whether artifacts of this name are kept, and whether those of this trial are. Where every trial is the
  /// same they are kept without being asked for.
  bool wants_artifact(std::string_view name) const;
  bool wants_artifacts_of(std::int64_t trial) const;

 private:
  Experiment const& experiment_;
  Configuration configuration_;
  Grid grid_;
  OpenedInput input_;
  std::optional<TargetError> target_error_;
  Shard shard_;
  std::vector<std::string> artifact_names_;
  std::vector<bool> wanted_theories_;
};

}  // namespace thresher::study
