#pragma once

#include "experiments/hawkes_network/model/metrics.hpp"
#include "experiments/hawkes_network/model/parameters.hpp"
#include "experiments/hawkes_network/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::hawkes_network {

/// Recovery of a latent Hawkes network: how long must one watch d streams of events before the directed
/// network behind them can be told exactly?
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
  void declare_parameters();
  void declare_metrics();
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::hawkes_network
