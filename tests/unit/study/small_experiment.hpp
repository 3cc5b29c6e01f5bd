#pragma once

#include "study/configuration.hpp"
#include "study/experiment.hpp"
#include "study/ledger.hpp"
#include "study/study.hpp"
#include "study/survey.hpp"

#include <cmath>
#include <map>
#include <string>

namespace thresher::study {

/// A stage that all trials share (width), data (size, mean), two analysis stages (rule, level); counts how
/// often each stage runs.
struct SmallParameters {
  std::int64_t width = 1;
  std::int64_t size = 4;
  double mean = 0;
  enum class Rule { plain, squared } rule = Rule::plain;
  double level = 0;
  std::int64_t nodes = 3;
};
struct SmallMetrics {
  double average = std::nan("");
  double above = std::nan("");
};
struct SmallPredictions {
  double expected = std::nan("");
  double drawn = std::nan("");
  double seen_mean = std::nan("");
};

class SmallExperiment final : public ExperimentOf<SmallParameters, SmallMetrics, SmallPredictions> {
 public:
  struct Number : StageResult {
    double value = 0;
  };

  SmallExperiment() {
    about("small", "A small experiment", "none", 1);
    stages({"preparation", "data", "fit", "read"});
    parameter("width", &SmallParameters::width, "[1, 100]", "width", "preparation");
    parameter("size", &SmallParameters::size, "[1, 100]", "size", "data").nested = true;
    parameter("mean", &SmallParameters::mean, "(-inf, inf)", "mean", "data");
    parameter("rule", &SmallParameters::rule, {"plain", "squared"}, "rule", "fit");
    parameter("level", &SmallParameters::level, "[0, 10]", "level", "read");
    parameter("nodes", &SmallParameters::nodes, "[1, 9]", "nodes", "theory");
    metric("average", &SmallMetrics::average, MetricKind::value, "[0, inf)", "average");
    metric("above", &SmallMetrics::above, MetricKind::indicator, "[0, 1]", "above");
    theory("means", {"mean"}, [](SmallParameters const& p, SmallPredictions& t) { t.expected = p.mean; });
    prediction("expected", &SmallPredictions::expected, "expected");
    theory("draws", {"mean"}, [](SmallParameters const&, TheoryContext const& context, SmallPredictions& t) {
      t.drawn = context.stream("draws").normal({}, 0);
    });
    prediction("drawn", &SmallPredictions::drawn, "one draw");
    theory("oversight", {}, [](SmallParameters const& p, SmallPredictions& t) { t.seen_mean = p.mean; });
    prediction("seen_mean", &SmallPredictions::seen_mean, "a parameter on which the theory does not depend");
    artifact("fitted", {"number"}, "what the fit found");
  }
  void check(SmallParameters const& p, Verdict& verdict) const override {
    if (p.mean < -100) verdict.refuse("mean", "allowed is -100 or more");
    if (p.rule == SmallParameters::Rule::plain) verdict.inert("level");
  }
  Cost cost(std::size_t, SmallParameters const& p, Resources const&) const override {
    return {.bytes_per_rank = 8.0 * static_cast<double>(p.size), .normals = static_cast<double>(p.size)};
  }
  std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                         std::span<SmallParameters const> points, Team& team) const override {
    auto number = std::make_unique<Number>();
    if (stage == 0) {
      ++prepared;
      if (fail_in_preparation) throw std::runtime_error("asked to fail beforehand");
      number->value = team.stream("weights").normal({static_cast<std::uint64_t>(points[0].width)}, 0);
    } else if (stage == 1) {
      ++generated;
      number->value =
          points[0].mean + team.stream("X").normal({}, 0) + 1e-3 * static_cast<Number const*>(before)->value;
    } else {
      ++fitted;
      if (fail_in_fit) throw std::runtime_error("asked to fail");
      number->value = static_cast<Number const*>(before)->value;
      if (points[0].rule == SmallParameters::Rule::squared) number->value *= number->value;
      team.store({"fitted", {1}, {number->value}});
    }
    return number;
  }
  Outcome measure(StageResult const* before, SmallParameters const& p, Team&,
                  SmallMetrics& metrics) const override {
    ++read;
    metrics.average = std::fabs(static_cast<Number const*>(before)->value);
    metrics.above = metrics.average > p.level ? 1 : 0;
    return Outcome::ok;
  }

  mutable int prepared = 0;
  mutable int generated = 0;
  mutable int fitted = 0;
  mutable int read = 0;
  bool fail_in_fit = false;
  bool fail_in_preparation = false;
};

inline Configuration configuration_of(Experiment const& experiment,
                                      std::map<std::string, std::string> const& inputs) {
  Request request;
  for (auto const& [name, text] : inputs) request.inputs[name] = {text, ""};
  return configure(request, experiment.description());
}

using Texts = std::map<std::string, std::string>;

/// A study of it, and what is known of its trials at the beginning, for four ranks.
struct SmallStudy {
  explicit SmallStudy(Texts const& inputs)
      : study(experiment, configuration_of(experiment, inputs)), ledger(study, survey(study, 4, 1e9, {})) {}
  SmallExperiment experiment;
  Study study;
  Ledger ledger;
};

}  // namespace thresher::study
