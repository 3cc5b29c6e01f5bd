#pragma once

#include "experiments/group_matrix/model/metrics.hpp"
#include "experiments/group_matrix/model/parameters.hpp"
#include "experiments/group_matrix/theory/predictions.hpp"
#include "study/experiment.hpp"

namespace thresher::group_matrix {

/// Completion of a matrix whose rows belong to overlapping groups (GAME: Golubovic, Shen, Allen and Zikry
/// 2026): when nuclear norms of every group's rows recover the matrix and the groups' subspaces better than
/// one global norm or each group alone.
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
  void declare_analysis();
  void declare_metrics();
  void declare_predictions();
  void declare_artifacts();
};

}  // namespace thresher::group_matrix
