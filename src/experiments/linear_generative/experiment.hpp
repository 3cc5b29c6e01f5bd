#pragma once

#include "experiments/linear_generative/model/metrics.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::linear_generative {

/// Memorisation, convergence and latent recovery of linear generative models (Maillard and Goldt 2026): how
/// many examples make two models, trained on disjoint data and fed the same seed noise, generate the same
/// samples, and whether they have then found the latent factors.
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
  void declare_population();
  void declare_estimators();
  void declare_metrics();
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::linear_generative
