#pragma once

#include "experiments/entropy_coupling/model/metrics.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"
#include "experiments/entropy_coupling/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::entropy_coupling {

/// Minimum list entropy coupling (Asoodeh and Chen 2026): how small H(X|Y_1..Y_m) can be made by the joint
/// law when only the marginals are prescribed, and for which m it is exactly zero.
class Experiment : public study::ExperimentOf<Parameters, Metrics, Predictions> {
 public:
  Experiment();

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
};

}  // namespace thresher::entropy_coupling
