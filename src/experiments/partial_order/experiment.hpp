#pragma once

#include "experiments/partial_order/model/metrics.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::partial_order {

/// Recovery of a latent partial order from lists: which precedences of recorded total orders are constraints,
/// which are free, with what certainty, and how fast can that be told?
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
  void declare_fit();
  void declare_samplers();
  void declare_estimate_metrics();
  void declare_other_metrics();
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::partial_order
