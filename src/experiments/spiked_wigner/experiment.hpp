#pragma once

#include "experiments/spiked_wigner/metrics.hpp"
#include "experiments/spiked_wigner/parameters.hpp"
#include "experiments/spiked_wigner/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::spiked_wigner {

/// The spiked Wigner model: from which strength on does the leading eigenvector of a symmetric matrix of
/// noise see the direction that is hidden in it?
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

}  // namespace thresher::spiked_wigner
