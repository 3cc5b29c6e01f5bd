#pragma once

#include "parameters/declaration.hpp"
#include "study/team.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace thresher::study {

/// One value for every parameter, in declared order.
using Point = std::vector<Value>;

/// Value of a metric or prediction that does not apply at a point, or was not found.
inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// Where a parameter acts: an index of `Description::stages`, or one of these.
inline constexpr int kExecution = -1;  ///< the same result within tolerance: storage, precision, solver
inline constexpr int kTheory = -2;     ///< predictions only

struct Parameter : Specification {
  int stage = 0;
  /// Larger data contain the smaller: one generation serves the axis under common random numbers.
  bool nested = false;
};
/// Place of a declared parameter. Throws std::logic_error where none has that name.
std::size_t index_of(std::vector<Parameter> const& parameters, std::string const& name);

enum class MetricKind { indicator, count, value, timing };

struct Metric {
  std::string name;
  MetricKind kind = MetricKind::value;
  Interval range;
  std::string units = "1";
  std::string meaning;
  std::string prediction;         ///< what theory says of its mean, or bounds it: none, one or several names
  bool may_be_undefined = false;  ///< NaN is legitimate even where the metric applies
};

struct Prediction {
  std::string name;
  std::string meaning;
  std::size_t theory = 0;  ///< index of the theory that computes it
};

/// A computation of predictions, done once per distinct values of the parameters that it reads.
struct Theory {
  std::string name;
  std::vector<std::size_t> depends_on;  ///< indices of parameters
};

struct ArtifactDeclaration {
  std::string name;
  std::vector<std::string> dimensions;
  std::string meaning;
};

/// What to look at first: metrics (or, where nothing was measured, predictions) over a parameter.
struct Headline {
  std::vector<std::string> quantities;
  std::string over;
};

/// Everything that an experiment declares, once.
struct Description {
  std::string name;
  std::string title;
  std::string citation;
  int data_version = 1;
  std::vector<std::string> stages;
  std::size_t data_stage = 0;  ///< index of "data": the stages before it are the same for all trials
  std::vector<Parameter> parameters;
  std::vector<Metric> metrics;
  std::vector<Theory> theories;
  std::vector<Prediction> predictions;
  std::vector<ArtifactDeclaration> artifacts;
  std::vector<Headline> headlines;
};

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
  /// `identity` is what its random numbers depend on; `input` may be null.
  TheoryContext(std::string identity, InputReader const* input)
      : identity_(std::move(identity)), input_(input) {}
  /// The user's input, or null.
  InputReader const* input() const { return input_; }
  /// Named stream for Monte Carlo: one per seed and theory, the same at all points (curves are smooth).
  random::Stream stream(std::string_view name) const { return {random::hash_identity(identity_), name}; }

 private:
  std::string identity_;
  InputReader const* input_;
};

/// What an experiment may say of a point before any compute.
class Verdict {
 public:
  Verdict(std::vector<Parameter> const& parameters, Point const& point, std::set<std::string> const& given,
          InputReader const* input)
      : parameters_(parameters), point_(point), given_(given), input_(input) {}
  /// The point is invalid: "name = value: reason" (the first one counts). `reason` says what is allowed.
  void refuse(std::string const& name, std::string const& reason);
  /// `name` has no influence at this point: points that differ only in inert parameters are computed once.
  void inert(std::string const& name);
  void warn(std::string const& message) { warnings_.push_back(message); }
  /// Whether the user gave the parameter explicitly.
  bool given(std::string const& name) const { return given_.contains(name); }
  /// The user's input, or null.
  InputReader const* input() const { return input_; }
  /// Every trial of this point is the same (the user's data, analysed without random numbers): one is
  /// allowed.
  void deterministic() { deterministic_ = true; }

  std::string const& refusal() const { return refusal_; }
  std::vector<std::size_t> const& inert_parameters() const { return inert_; }
  std::vector<std::string> const& warnings() const { return warnings_; }
  bool is_deterministic() const { return deterministic_; }

 private:
  std::vector<Parameter> const& parameters_;
  Point const& point_;
  std::set<std::string> const& given_;
  InputReader const* input_;
  std::string refusal_;
  std::vector<std::size_t> inert_;
  std::vector<std::string> warnings_;
  bool deterministic_ = false;
};

/// Result of a stage, owned by the engine while points need it.
class StageResult {
 public:
  virtual ~StageResult() = default;
};

enum class Outcome { ok, not_converged };

/// What the engine sees of an experiment. Experiments derive from ExperimentOf (below), not from this.
class Experiment {
 public:
  virtual ~Experiment() = default;
  Description const& description() const { return description_; }

  virtual void check(Point const& point, Verdict& verdict) const = 0;
  /// `point` with what the user's input decides (of which the parameters that were not given are used).
  virtual Point adopt_input(InputReader const& input, Point const& point) const = 0;
  virtual Cost cost(std::size_t stage, Point const& point, int ranks) const = 0;
  /// One flag per metric: whether it applies at the point.
  virtual std::vector<bool> applicable(Point const& point) const = 0;
  /// Writes the predictions of `theory` to `predictions` (one per declared prediction; others untouched).
  virtual void predict(std::size_t theory, Point const& point, TheoryContext const& context,
                       std::span<double> predictions) const = 0;
  virtual std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                                 std::span<Point const* const> points, Team& team) const = 0;
  virtual Outcome measure(StageResult const* before, Point const& point, Team& team,
                          std::span<double> metrics) const = 0;

 protected:
  Description description_;
};

/// Base of an experiment: P, M, T are plain structs of parameters, metrics and predictions (doubles, default
/// NaN). The constructor of the derived class declares everything; the virtual functions answer for a point.
template <class P, class M, class T>
class ExperimentOf : public Experiment {
 public:
  /// Refuses invalid points, names inert parameters. Not collective, no compute. Default: the ranges say all.
  virtual void check(P const&, Verdict&) const {}
  /// Writes what the user's input decides, as its sizes, to `point`: used for parameters that were not given,
  /// so `check` still sees those that were. Not collective. Default: nothing.
  virtual void adopt_input(InputReader const&, P&) const {}
  /// Cost of `stage` (index of the declared stages) for one trial on a team of `ranks`.
  virtual Cost cost(std::size_t stage, P const& point, int ranks) const = 0;
  /// Metrics that apply at the point are left NaN-free (any number), the others NaN. Default: all apply.
  virtual M applicable(P const&) const {
    M all;
    for (auto member : metric_members_) all.*member = 0;
    return all;
  }
  /// Runs a stage but the last: its result serves `points`, all of which agree in the parameters up to it.
  /// A stage before the data sees one point, with the parameters of later stages at their defaults; its
  /// streams know neither trial, seed nor point (a seed of its own is an index of its draws), and it leaves
  /// no artifacts. Collective.
  virtual std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                                 std::span<P const> points, Team& team) const = 0;
  /// Runs the last stage at one point and measures. The team's rank 0 must hold the metrics. Collective.
  virtual Outcome measure(StageResult const* before, P const& point, Team& team, M& metrics) const = 0;

 protected:
  // ---- declarations, in the derived constructor
  // ---------------------------------------------------------------
  void about(std::string name, std::string title, std::string citation, int data_version) {
    description_.name = std::move(name);
    description_.title = std::move(title);
    description_.citation = std::move(citation);
    description_.data_version = data_version;
  }
  /// Stages of a trial in order, one of them "data". Those before it (a network trained beforehand) do not
  /// depend on the trial: a team runs them once and keeps their results while trials need them.
  void stages(std::vector<std::string> names) {
    description_.stages = std::move(names);
    description_.data_stage = static_cast<std::size_t>(stage_index("data"));
  }
  /// parameter(name, &P::member, range or names (numbers, enumerations, sets), meaning, stage); the stage is
  /// the first one that the parameter shapes, or "execution", or "theory".
  template <class T_, class Domain>
  Parameter& parameter(std::string name, T_ P::*member, Domain domain, std::string meaning,
                       std::string const& stage) {
    table_.bind(std::move(name), member, std::move(domain), std::move(meaning));
    return declare(stage);
  }
  template <class E>
  Parameter& parameter(std::string name, E P::*member, std::initializer_list<char const*> names,
                       std::string meaning, std::string const& stage) {
    table_.bind(std::move(name), member, std::vector<std::string>(names.begin(), names.end()),
                std::move(meaning));
    return declare(stage);
  }
  /// Booleans and texts have no domain.
  template <class T_>
  Parameter& parameter(std::string name, T_ P::*member, std::string meaning, std::string const& stage) {
    table_.bind(std::move(name), member, std::move(meaning));
    return declare(stage);
  }
  Metric& metric(std::string name, double M::*member, MetricKind kind, Interval range, std::string meaning,
                 std::string units = "1") {
    metric_members_.push_back(member);
    return description_.metrics.emplace_back(
        Metric{std::move(name), kind, std::move(range), std::move(units), std::move(meaning), ""});
  }
  /// A theory and its function; the predictions declared after it are its own. The function is called as
  /// compute(point, predictions), or as compute(point, context, predictions) where it draws random numbers or
  /// reads the user's input.
  template <class Compute>
  void theory(std::string name, std::vector<std::string> const& depends_on, Compute compute) {
    Theory declared{std::move(name), {}};
    for (auto const& parameter : depends_on)
      declared.depends_on.push_back(index_of(description_.parameters, parameter));
    std::sort(declared.depends_on.begin(), declared.depends_on.end());
    description_.theories.push_back(std::move(declared));
    if constexpr (std::is_invocable_v<Compute, P const&, TheoryContext const&, T&>) {
      theories_.push_back(std::move(compute));
    } else {
      theories_.push_back([compute = std::move(compute)](P const& point, TheoryContext const&,
                                                         T& predictions) { compute(point, predictions); });
    }
  }
  void prediction(std::string name, double T::*member, std::string meaning) {
    prediction_members_.push_back(member);
    description_.predictions.push_back({std::move(name), std::move(meaning), theories_.size() - 1});
  }
  void artifact(std::string name, std::vector<std::string> dimensions, std::string meaning) {
    description_.artifacts.push_back({std::move(name), std::move(dimensions), std::move(meaning)});
  }
  /// Figures that tell a study's result, the preferred ones first: post-processing draws the first one whose
  /// parameter is an axis of the study. `quantities` (all metrics or all predictions) and `over` must have
  /// been declared.
  void headline(std::vector<std::string> quantities, std::string over) {
    index_of(description_.parameters, over);
    for (auto const& quantity : quantities) check_quantity(quantity);
    description_.headlines.push_back({std::move(quantities), std::move(over)});
  }
  P parameters(Point const& point) const { return table_.make(point); }

 private:
  // ---- what the engine calls
  // ----------------------------------------------------------------------------------
  void check(Point const& point, Verdict& verdict) const final { check(table_.make(point), verdict); }
  Point adopt_input(InputReader const& input, Point const& point) const final {
    P adopted = table_.make(point);
    adopt_input(input, adopted);
    Point result;
    for (std::size_t k = 0; k < point.size(); ++k) result.push_back(table_.get(adopted, k));
    return result;
  }
  Cost cost(std::size_t stage, Point const& point, int ranks) const final {
    return cost(stage, table_.make(point), ranks);
  }
  std::vector<bool> applicable(Point const& point) const final {
    M const mask = applicable(table_.make(point));
    std::vector<bool> flags;
    for (auto member : metric_members_) flags.push_back(!(mask.*member != mask.*member));
    return flags;
  }
  void predict(std::size_t theory, Point const& point, TheoryContext const& context,
               std::span<double> predictions) const final {
    T result;
    theories_[theory](table_.make(point), context, result);
    for (std::size_t k = 0; k < prediction_members_.size(); ++k)
      if (description_.predictions[k].theory == theory) predictions[k] = result.*prediction_members_[k];
  }
  std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                         std::span<Point const* const> points, Team& team) const final {
    std::vector<P> typed;
    for (auto const* point : points) typed.push_back(table_.make(*point));
    return run_stage(stage, before, std::span<P const>(typed), team);
  }
  Outcome measure(StageResult const* before, Point const& point, Team& team,
                  std::span<double> metrics) const final {
    M measured;
    Outcome const outcome = measure(before, table_.make(point), team, measured);
    for (std::size_t k = 0; k < metrics.size(); ++k) metrics[k] = measured.*metric_members_[k];
    return outcome;
  }

  Parameter& declare(std::string const& stage) {
    Parameter declared;
    static_cast<Specification&>(declared) = table_.specifications().back();
    declared.stage = stage_index(stage);
    return description_.parameters.emplace_back(std::move(declared));
  }
  int stage_index(std::string const& stage) const {
    if (stage == "execution") return kExecution;
    if (stage == "theory") return kTheory;
    auto const at = std::find(description_.stages.begin(), description_.stages.end(), stage);
    if (at == description_.stages.end()) throw std::logic_error("no stage named " + stage);
    return static_cast<int>(at - description_.stages.begin());
  }

  void check_quantity(std::string const& name) const {
    if (!find_named(description_.metrics, name) && !find_named(description_.predictions, name))
      throw std::logic_error("no metric or prediction named " + name);
  }

  Table<P> table_;
  std::vector<double M::*> metric_members_;
  std::vector<double T::*> prediction_members_;
  std::vector<std::function<void(P const&, TheoryContext const&, T&)>> theories_;
};

}  // namespace thresher::study
