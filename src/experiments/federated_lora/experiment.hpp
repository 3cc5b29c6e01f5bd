#pragma once

#include "experiments/federated_lora/model/metrics.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "experiments/federated_lora/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::federated_lora {

/// Robust recovery of a low-rank subspace that benign clients share and contaminated ones do not (CLAIR: He,
/// Chen and Feng 2026): when a convex program on the clients' estimates alone finds the subspace and the
/// clean set, and when refinement with them beats what each client has.
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
  void declare_network();
  void declare_estimators();
  void declare_metrics();
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::federated_lora
