#pragma once

#include "experiments/implicit_regularization/model/metrics.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/theory/predictions.hpp"
#include "study/experiment.hpp"

#include <memory>

namespace thresher::implicit_regularization {

/// Which penalty, and how strong, would have produced the deviation of trained weights from pure loss
/// minimisation (Rudoler, Tan, Hooker and Kording 2026)?
class Experiment : public study::ExperimentOf<Parameters, Metrics, Predictions> {
 public:
  Experiment();

  void check(Parameters const& point, study::Verdict& verdict) const override;
  void adopt_input(Parameters& point) const override;
  study::Cost cost(std::size_t stage, Parameters const& point,
                   study::Resources const& resources) const override;
  Metrics applicable(Parameters const& point) const override;
  std::unique_ptr<study::StageResult> run_stage(std::size_t stage, study::StageResult const* before,
                                                std::span<Parameters const> points,
                                                study::Team& team) const override;
  study::Outcome measure(study::StageResult const* before, Parameters const& point, study::Team& team,
                         Metrics& metrics) const override;

 private:
  void declare_data();
  void declare_training();
  void declare_penalties();
  void declare_observation();
  // declared_results.cpp
  void declare_metrics();
  void declare_fits();
  void declare_comparisons();
  void declare_training_metrics();
  study::Metric& fit_metric(char const* name, double Metrics::*member, study::MetricKind kind,
                            char const* range, char const* meaning);
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::implicit_regularization
