#pragma once

#include "bytes/reader.hpp"
#include "bytes/writer.hpp"
#include "parameters/declaration.hpp"
#include "study/asked.hpp"
#include "study/experiment_interface.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace thresher::study {

/// Base of an experiment: P, M, T are plain structs of parameters, metrics and predictions (doubles, default
/// NaN). The constructor of the derived class declares everything; the virtual functions answer for a point.
/// They are const and remember nothing: what the user's input says comes with the point (`user_input`).
template <class P, class M, class T>
class ExperimentOf : public Experiment {
 public:
  /// Refuses invalid points, names inert parameters. Not collective, no compute. Default: the ranges say all.
  virtual void check(P const&, Verdict&) const {}
  /// Writes what the user's input decides, as its sizes, to `point`: used for parameters that were not given,
  /// so `check` still sees those that were. Asked with the first point, and only where there is an input. Not
  /// collective. Default: nothing.
  virtual void adopt_input(P&) const {}
  /// Cost of `stage` (index of the declared stages) for one trial on a team with these resources. What is
  /// settled by them (storage = auto) a stage settles in the same way from `team.resources()`.
  virtual Cost cost(std::size_t stage, P const& point, Resources const& resources) const = 0;
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

  /// A point as the engine holds it, and back: with what is known of the user's input, or null.
  Point values_of(P const& point) const {
    Point values;
    for (std::size_t k = 0; k < description_.parameters.size(); ++k) values.push_back(table_.get(point, k));
    return values;
  }
  P typed(Point const& values, InputFacts const* facts) const {
    P made = table_.make(values);
    if (facts != nullptr) attach_(made, *facts);
    return made;
  }

 protected:
  // Declarations, for the derived constructor. Their order is that of --help, of the documentation and of
  // the file.
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
  /// The user's own data (`--input`). `examination(reader)`, or `examination(reader, asked)` where it depends
  /// on what the study asks for, returns what must be known of them as a whole: sizes, counts, which optional
  /// parts are there. It throws UserError for their defects, and reads all that it takes to find them: what
  /// it lets pass fails trials. It is called once, on one rank, before anything else is asked; then every
  /// point that the experiment is given has the answer in `member` (null without input). `Facts` goes through
  /// bytes::Writer: a plain struct, or one that lists its `members`.
  template <class Facts, class Examine>
  void user_input(Facts const* P::*member, Examine examination) {
    struct Held : InputFacts {
      Facts value;
    };
    examine_ = [examination = std::move(examination)](Table<P> const& table, InputReader const& input,
                                                      Values const& values) {
      bytes::Writer writer;
      if constexpr (std::is_invocable_v<Examine, InputReader const&, Asked<P> const&>) {
        writer.put(examination(input, Asked<P>(table, values)));
      } else {
        writer.put(examination(input));
      }
      return writer.take();
    };
    facts_ = [](std::span<std::byte const> examined) {
      auto held = std::make_unique<Held>();
      bytes::Reader(examined).read(held->value);
      return std::unique_ptr<InputFacts const>(std::move(held));
    };
    attach_ = [member](P& point, InputFacts const& facts) {
      point.*member = &static_cast<Held const&>(facts).value;
    };
  }
  Metric& metric(std::string name, double M::*member, MetricKind kind, Interval range, std::string meaning,
                 std::string units = "1") {
    metric_members_.push_back(member);
    return description_.metrics.emplace_back(
        Metric{std::move(name), kind, std::move(range), std::move(units), std::move(meaning), ""});
  }
  /// A theory and its function; the predictions declared after it are its own. The function is called as
  /// compute(point, predictions), or as compute(point, context, predictions) where it draws random numbers.
  /// `.on_request = true` where few will ask for it.
  template <class Compute>
  Theory& theory(std::string name, std::vector<std::string> const& depends_on, Compute compute) {
    Theory declared{.name = std::move(name), .depends_on = {}};
    for (auto const& parameter : depends_on)
      declared.depends_on.push_back(index_of(description_.parameters, parameter));
    std::sort(declared.depends_on.begin(), declared.depends_on.end());
    description_.theories.push_back(std::move(declared));
    auto& theory = description_.theories.back();
    if constexpr (std::is_invocable_v<Compute, P const&, TheoryContext const&, T&>) {
      theories_.push_back(std::move(compute));
    } else {
      theories_.push_back([compute = std::move(compute)](P const& point, TheoryContext const&,
                                                         T& predictions) { compute(point, predictions); });
    }
    return theory;
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

 private:
  using Values = std::vector<std::vector<Value>>;

  // What the engine calls: points come as values and leave as P, with what is known of the user's
  // input.
  void assert_whole() const final {
    assert_all_declared("metric", metric_members_);
    assert_all_declared("prediction", prediction_members_);
  }
  bool reads_input() const final { return examine_ != nullptr; }
  std::vector<std::byte> examine(InputReader const& input, Values const& values) const final {
    return examine_(table_, input, values);
  }
  std::unique_ptr<InputFacts const> facts(std::span<std::byte const> examined) const final {
    return facts_(examined);
  }
  void check(Point const& point, InputFacts const* facts, Verdict& verdict) const final {
    check(typed(point, facts), verdict);
  }
  Point adopt_input(Point const& point, InputFacts const& facts) const final {
    P adopted = typed(point, &facts);
    adopt_input(adopted);
    return values_of(adopted);
  }
  Cost cost(std::size_t stage, Point const& point, InputFacts const* facts,
            Resources const& resources) const final {
    return cost(stage, typed(point, facts), resources);
  }
  std::vector<bool> applicable(Point const& point, InputFacts const* facts) const final {
    M const mask = applicable(typed(point, facts));
    std::vector<bool> flags;
    for (auto member : metric_members_) flags.push_back(!(mask.*member != mask.*member));
    return flags;
  }
  void predict(std::size_t theory, Point const& point, InputFacts const* facts, TheoryContext const& context,
               std::span<double> predictions) const final {
    T result;
    theories_[theory](typed(point, facts), context, result);
    for (std::size_t k = 0; k < prediction_members_.size(); ++k)
      if (description_.predictions[k].theory == theory) predictions[k] = result.*prediction_members_[k];
  }
  std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                         std::span<Point const* const> points, InputFacts const* facts,
                                         Team& team) const final {
    std::vector<P> all;
    for (auto const* point : points) all.push_back(typed(*point, facts));
    return run_stage(stage, before, std::span<P const>(all), team);
  }
  Outcome measure(StageResult const* before, Point const& point, InputFacts const* facts, Team& team,
                  std::span<double> metrics) const final {
    M measured;
    Outcome const outcome = measure(before, typed(point, facts), team, measured);
    for (std::size_t k = 0; k < metrics.size(); ++k) metrics[k] = measured.*metric_members_[k];
    return outcome;
  }

  /// Every member of S, a struct of doubles, is among `declared`, once.
  template <class S>
  void assert_all_declared(char const* what, std::vector<double S::*> const& declared) const {
    static_assert(std::is_empty_v<S> || sizeof(S) % sizeof(double) == 0);
    S const all{};
    auto const* const begin = reinterpret_cast<std::byte const*>(&all);
    std::vector<std::size_t> places;
    for (auto const member : declared)
      places.push_back(static_cast<std::size_t>(reinterpret_cast<std::byte const*>(&(all.*member)) - begin) /
                       sizeof(double));
    assert_each_once(description_, what, places, std::is_empty_v<S> ? 0 : sizeof(S) / sizeof(double));
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
  std::function<std::vector<std::byte>(Table<P> const&, InputReader const&, Values const&)> examine_;
  std::function<std::unique_ptr<InputFacts const>(std::span<std::byte const>)> facts_;
  std::function<void(P&, InputFacts const&)> attach_;
};

}  // namespace thresher::study
