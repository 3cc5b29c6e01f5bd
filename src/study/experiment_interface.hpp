#pragma once

#include "random/stream.hpp"
#include "study/description.hpp"
#include "study/input.hpp"
#include "study/team.hpp"
#include "study/verdict.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thresher::study {

/// What a stage of one trial costs on a team: memory per rank, work summed over the team.
struct Cost {
  double bytes_per_rank = 0;  ///< peak, all that is live in this stage included
  double normals = 0;
  double flops = 0;
  double bytes_streamed = 0;
  std::string remedy{};  ///< a setting that takes less memory ("storage = implicit"), or empty
};

/// What a computation of predictions has besides its point.
class TheoryContext {
 public:
  /// `identity` is what its random numbers depend on.
  explicit TheoryContext(std::string identity) : identity_(std::move(identity)) {}
  /// Named stream for Monte Carlo: one per seed and theory, the same at all points (curves are smooth).
  random::Stream stream(std::string_view name) const { return {random::hash_identity(identity_), name}; }

 private:
  std::string identity_;
};

/// Result of a stage, owned by the engine while points need it.
class StageResult {
 public:
  virtual ~StageResult() = default;
};

enum class Outcome { ok, not_converged };

/// What the engine asks of an experiment. Experiments derive from ExperimentOf (study/experiment.hpp), not
/// from this. `facts` is what the experiment learnt of the user's input, null without one: it is examined
/// once, before anything else is asked, and goes into every question, so no answer depends on an earlier one.
class Experiment {
 public:
  virtual ~Experiment() = default;
  Description const& description() const { return description_; }
  /// Throws std::logic_error where the declaration contradicts itself: a metric without a name, ...
  virtual void assert_whole() const = 0;

  /// Whether the user's own data mean something to it.
  virtual bool reads_input() const = 0;
  /// What it must know of the user's input as a whole, as bytes for the other ranks; `values` are what the
  /// study gives every parameter. Throws UserError for defects. On one rank.
  virtual std::vector<std::byte> examine(InputReader const& input,
                                         std::vector<std::vector<Value>> const& values) const = 0;
  /// The same from these bytes.
  virtual std::unique_ptr<InputFacts const> facts(std::span<std::byte const> examined) const = 0;

  virtual void check(Point const& point, InputFacts const* facts, Verdict& verdict) const = 0;
  /// `point` with what the user's input decides (of which the parameters that were not given are used).
  virtual Point adopt_input(Point const& point, InputFacts const& facts) const = 0;
  virtual Cost cost(std::size_t stage, Point const& point, InputFacts const* facts,
                    Resources const& resources) const = 0;
  /// One flag per metric: whether it applies at the point.
  virtual std::vector<bool> applicable(Point const& point, InputFacts const* facts) const = 0;
  /// Writes the predictions of `theory` to `predictions` (one per declared prediction; others untouched).
  virtual void predict(std::size_t theory, Point const& point, InputFacts const* facts,
                       TheoryContext const& context, std::span<double> predictions) const = 0;
  virtual std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                                 std::span<Point const* const> points,
                                                 InputFacts const* facts, Team& team) const = 0;
  virtual Outcome measure(StageResult const* before, Point const& point, InputFacts const* facts, Team& team,
                          std::span<double> metrics) const = 0;

 protected:
  Description description_;
};

}  // namespace thresher::study
