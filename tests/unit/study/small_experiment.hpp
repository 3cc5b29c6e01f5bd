#pragma once

#include "study/configuration.hpp"
#include "study/experiment.hpp"

#include <cmath>

namespace thresher::study {

/// Data stage (size, mean), two analysis stages (rule, level); counts how often each stage runs.
struct SmallParameters {
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
};

class SmallExperiment final : public ExperimentOf<SmallParameters, SmallMetrics, SmallPredictions> {
 public:
  struct Number : StageResult {
    double value = 0;
  };

  SmallExperiment() {
    about("small", "A small experiment", "none", 1);
    stages({"data", "fit", "read"});
    parameter("size", &SmallParameters::size, "[1, 100]", "size", "data").nested = true;
    parameter("mean", &SmallParameters::mean, "(-inf, inf)", "mean", "data");
    parameter("rule", &SmallParameters::rule, {"plain", "squared"}, "rule", "fit");
    parameter("level", &SmallParameters::level, "[0, 10]", "level", "read");
    parameter("nodes", &SmallParameters::nodes, "[1, 9]", "nodes", "theory");
    metric("average", &SmallMetrics::average, MetricKind::value, "[0, inf)", "average");
    metric("above", &SmallMetrics::above, MetricKind::indicator, "[0, 1]", "above");
    theory("means", {"mean"}, [](SmallParameters const& p, SmallPredictions& t) { t.expected = p.mean; });
    prediction("expected", &SmallPredictions::expected, "expected");
  }
  void check(SmallParameters const& p, Verdict& verdict) const override {
    if (p.mean < -100) verdict.refuse("mean", "allowed is -100 or more");
    if (p.rule == SmallParameters::Rule::plain) verdict.inert("level");
  }
  Cost cost(std::size_t, SmallParameters const& p, int) const override {
    return {.bytes_per_rank = 8.0 * static_cast<double>(p.size), .normals = static_cast<double>(p.size)};
  }
  std::unique_ptr<StageResult> run_stage(std::size_t stage, StageResult const* before,
                                         std::span<SmallParameters const> points, Team& team) const override {
    auto number = std::make_unique<Number>();
    if (stage == 0) {
      ++generated;
      number->value = points[0].mean + team.stream("X").normal({}, 0);
    } else {
      ++fitted;
      if (fail_in_fit) throw std::runtime_error("asked to fail");
      number->value = static_cast<Number const*>(before)->value;
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

  mutable int generated = 0;
  mutable int fitted = 0;
  mutable int read = 0;
  bool fail_in_fit = false;
};

inline Configuration configuration_of(Experiment const& experiment,
                                      std::map<std::string, std::string> const& inputs) {
  Request request;
  for (auto const& [name, text] : inputs) request.inputs[name] = {text, ""};
  return configure(request, experiment.description());
}

}  // namespace thresher::study
