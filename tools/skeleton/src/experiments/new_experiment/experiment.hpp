#pragma once

#include "experiments/new_experiment/metrics.hpp"
#include "experiments/new_experiment/parameters.hpp"
#include "experiments/new_experiment/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::new_experiment {

/// How well does the mean of n noisy observations, drawn towards zero, estimate a signal?
class Experiment : public study::ExperimentOf<Parameters, Metrics, Predictions> {
 public:
  Experiment();

  study::Cost cost(std::size_t stage, Parameters const& point,
                   study::Resources const& resources) const override;
  std::unique_ptr<study::StageResult> run_stage(std::size_t stage, study::StageResult const* before,
                                                std::span<Parameters const> points,
                                                study::Team& team) const override;
  study::Outcome measure(study::StageResult const* before, Parameters const& point, study::Team& team,
                         Metrics& metrics) const override;
};

}  // namespace thresher::new_experiment
