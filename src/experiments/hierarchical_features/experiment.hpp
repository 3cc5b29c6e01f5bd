#pragma once

#include "experiments/hierarchical_features/model/metrics.hpp"
#include "experiments/hierarchical_features/model/parameters.hpp"
#include "experiments/hierarchical_features/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::hierarchical_features {

/// Scaling laws from sequential feature recovery (Wortsman-Zurich et al. 2026): a target that is quadratic in
/// hidden Hermite features of power-law strengths, found layer by layer; when each feature is recovered, and
/// what error is left.
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
  void declare_model();
  void declare_first_layer();
  void declare_later_layers();
  void declare_metrics();
  void declare_form_metrics();
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::hierarchical_features
