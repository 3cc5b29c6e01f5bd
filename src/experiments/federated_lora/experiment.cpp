#include "experiments/federated_lora/experiment.hpp"

#include "experiments/federated_lora/data/adapter_data.hpp"
#include "experiments/federated_lora/data/copy/pretraining.hpp"
#include "experiments/federated_lora/data/own_estimates.hpp"
#include "experiments/federated_lora/estimators/adapter_solutions.hpp"
#include "experiments/federated_lora/estimators/measurement.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "experiments/federated_lora/validity.hpp"
#include "experiments/federated_lora/work.hpp"

#include <stdexcept>

namespace thresher::federated_lora {

Experiment::Experiment() {
  about("federated_lora", "Robust recovery of a low-rank subspace shared by contaminated clients",
        "S. He, L. Chen and L. Feng, Federated LoRA Fine-Tuning for LLMs via Collaborative Alignment, "
        "arXiv:2605.21217, 2026",
        1);
  stages({"pretraining", "data", "solve", "decide"});
  user_input(&Parameters::input, examine_estimates);
  declare_data();
  declare_network();
  declare_estimators();
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"exact_recovery"}, "lambda_value");
  headline({"subspace_error_clair", "subspace_error_svd"}, "contamination");
  headline({"mse_clair", "mse_clair_adaptive", "mse_local"}, "heterogeneity");
  headline({"subspace_error_clair"}, "noise");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(with_shapes(point), verdict);
  name_inert(point, verdict);
  warn_of_surprises(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  point.clients = point.input->clients;
  if (point.input->adapters.size() > 1) return;
  point.d1 = point.input->adapters.front().d1;
  point.d2 = point.input->adapters.front().d2;
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage_cost(stage, with_shapes(point), resources.ranks);
}

Metrics Experiment::applicable(Parameters const& point) const {
  return applicable_metrics(point);
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const* before,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  auto const point = with_shapes(points.front());
  if (stage == 0) return std::make_unique<PretrainedNetwork>(point, team);
  if (stage == 1)
    return std::make_unique<AdapterData>(point, dynamic_cast<PretrainedNetwork const&>(*before).network(),
                                         team);
  if (stage == 2)
    return std::make_unique<AdapterSolutions>(point, dynamic_cast<AdapterData const&>(*before), team);
  throw std::logic_error("federated_lora has no stage " + std::to_string(stage) + " before its measurement");
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<AdapterSolutions const&>(*before), with_shapes(point), team, metrics);
}

}  // namespace thresher::federated_lora
