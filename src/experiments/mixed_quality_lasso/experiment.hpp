#pragma once

#include "experiments/mixed_quality_lasso/estimators/analysis.hpp"
#include "experiments/mixed_quality_lasso/model/metrics.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::mixed_quality_lasso {

/// Support recovery of a sparse vector from rows of two noise levels (Chaabouni & Gamarnik 2026): the
/// agnostic and the row-weighted LASSO, its witness, and baselines.
class Experiment : public study::ExperimentOf<Parameters, Metrics, Predictions> {
 public:
  /// The state of analyses that are expected to take `lengthy_seconds` or more outlives an interruption.
  explicit Experiment(double lengthy_seconds = 1);

  void check(Parameters const& point, study::Verdict& verdict) const override;
  study::Cost cost(std::size_t stage, Parameters const& point,
                   study::Resources const& resources) const override;
  Metrics applicable(Parameters const& point) const override;
  std::unique_ptr<study::StageResult> run_stage(std::size_t stage, study::StageResult const* before,
                                                std::span<Parameters const> points,
                                                study::Team& team) const override;
  study::Outcome measure(study::StageResult const* before, Parameters const& point, study::Team& team,
                         Metrics& metrics) const override;

 private:
  void declare_parameters();
  void declare_metrics();
  void declare_predictions();
  void declare_artifacts();

  AnalysisMaker analyses_;
};

}  // namespace thresher::mixed_quality_lasso
