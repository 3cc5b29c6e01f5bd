#pragma once

#include "experiments/linear_generative/model/metrics.hpp"
#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/theory/predictions.hpp"
#include "experiments/linear_generative/validity.hpp"
#include "study/experiment.hpp"

#include <map>
#include <mutex>

namespace thresher::linear_generative {

/// Memorisation, convergence and latent recovery of linear generative models (Maillard and Goldt 2026): how
/// many examples make two models, trained on disjoint data and fed the same seed noise, generate the same
/// samples, and whether they have then found the latent factors.
class Experiment : public study::ExperimentOf<Parameters, Metrics, Predictions> {
 public:
  Experiment();

  void check(Parameters const& point, study::Verdict& verdict) const override;
  void adopt_input(study::InputReader const& input, Parameters& point) const override;
  study::Cost cost(std::size_t stage, Parameters const& point, int ranks) const override;
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

  /// What is known of a data set of the user's file: the points of a grid share it, and reading it takes
  /// time.
  InputReport const& report_on(study::InputReader const& input, std::string const& dataset) const;
  mutable std::mutex reports_lock_;
  mutable std::map<std::string, InputReport> reports_;
};

}  // namespace thresher::linear_generative
