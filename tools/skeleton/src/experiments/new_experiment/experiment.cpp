#include "experiments/new_experiment/experiment.hpp"

#include "experiments/new_experiment/data.hpp"
#include "experiments/new_experiment/measurement.hpp"
#include "experiments/new_experiment/work.hpp"

namespace thresher::new_experiment {

using study::MetricKind;

Experiment::Experiment() {
  about("new_experiment", "Mean of noisy observations", "none", 1);
  stages({"data", "estimate"});

  parameter("n", &Parameters::n, "[1, 1e12]", "observations", "data");
  parameter("signal", &Parameters::signal, "(-inf, inf)", "what is to be estimated", "data");
  parameter("shrinkage", &Parameters::shrinkage, "[0, 1]", "part by which the mean is drawn towards zero",
            "estimate");

  metric("estimate", &Metrics::estimate, MetricKind::value, "(-inf, inf)", "the shrunken mean");
  metric("squared_error", &Metrics::squared_error, MetricKind::value, "[0, inf)", "(estimate - signal)^2")
      .prediction = "risk";

  theory("risk", {"n", "signal", "shrinkage"}, predict_risk);
  prediction("bias", &Predictions::bias, "mean of estimate - signal");
  prediction("risk", &Predictions::risk, "mean of squared_error");

  headline({"squared_error"}, "n");

  artifact("fit", {"quantity"}, "the signal, and its estimate");
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage == 0 ? data_cost(point, resources.ranks) : measurement_cost(point, resources.ranks);
}

/// The data are the only stage before the measurement; `points` differ in what the analysis reads.
std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t, study::StageResult const*,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  return std::make_unique<Observations>(points.front(), team);
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<Observations const&>(*before), point, team, metrics);
}

}  // namespace thresher::new_experiment
