#pragma once

#include "experiments/reward_single_index/model/metrics.hpp"
#include "experiments/reward_single_index/model/parameters.hpp"
#include "experiments/reward_single_index/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::reward_single_index {

/// What a two-layer reward model learns from samples that are weighted exponentially in their label, and how
/// cold a policy may be that is tilted by it (Wachi et al. 2026): a Gaussian single-index reward, first
/// stages that look for its direction, a weighted ridge readout, the exact value of the deployed policy.
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
  void declare_first_stage();
  void declare_second_stage();
  void declare_overlap_metrics();
  void declare_policy_metrics();
  void declare_own_metrics();
  void declare_first_predictions();
  void declare_policy_predictions();
  void declare_artifacts();
};

}  // namespace thresher::reward_single_index
