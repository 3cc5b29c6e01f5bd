#include "experiments/federated_lora/experiment.hpp"

#include "experiments/federated_lora/data/adapter_data.hpp"
#include "experiments/federated_lora/data/copy/pretraining.hpp"
#include "experiments/federated_lora/data/own_estimates.hpp"
#include "experiments/federated_lora/estimators/adapter_solutions.hpp"
#include "experiments/federated_lora/estimators/measurement.hpp"
#include "experiments/federated_lora/estimators/methods.hpp"
#include "experiments/federated_lora/model/sizes.hpp"
#include "experiments/federated_lora/validity.hpp"
#include "experiments/federated_lora/work.hpp"

#include <stdexcept>

namespace thresher::federated_lora {

using study::MetricKind;

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

void Experiment::declare_data() {
  parameter("module", &Parameters::module, {"gaussian", "linreg", "copy", "input"},
            "how a client estimates: its parameter plus Gaussian noise, least squares on its own sample, a "
            "low-rank adapter of a Transformer that copies text; input: the estimates of the user's file",
            "pretraining");
  parameter("clients", &Parameters::clients, "[2, 1e6]", "clients K", "data");
  parameter("d1", &Parameters::d1, "[2, 1e5]",
            "rows of a parameter matrix, the side of the shared subspace; copy: d_model", "data");
  parameter("d2", &Parameters::d2, "[1, 1e5]", "columns of a parameter matrix; copy: d_model", "data");
  parameter("rank", &Parameters::rank, "[1, 1e5]", "dimension r of the shared subspace, below d1", "data");
  parameter("signal", &Parameters::signal, "(0, 1e6]",
            "strength s of the first direction (Frobenius norm per client)", "data");
  parameter("condition", &Parameters::condition, "[1, 1e6]",
            "strength of the first direction over the last one", "data");
  parameter("common_norm", &Parameters::common_norm, "[0, 1e6]", "Frobenius norm of the common part C",
            "data");
  parameter("heterogeneity", &Parameters::heterogeneity, "[0, 1e6]",
            "Frobenius norm h of what is a benign client's own off the subspace", "data");
  parameter("noise", &Parameters::noise, "[0, 1e6]", "Frobenius error sigma of a client's estimate", "data");
  parameter("contamination", &Parameters::contamination, "[0, 1)",
            "part gamma of the clients that is contaminated", "data");
  parameter(
      "contamination_kind", &Parameters::contamination_kind, {"collude", "shift", "independent", "dense"},
      "what contaminated clients share: a subspace, one deviation, nothing (low rank), nothing (full rank)",
      "data");
  parameter("contamination_rank", &Parameters::contamination_rank, "[1, 1e5]",
            "rank q of a contaminated deviation", "data");
  parameter("contamination_scale", &Parameters::contamination_scale, "(0, 1e6]",
            "norm b of a contaminated deviation over that of a benign one", "data");
  parameter("overlap", &Parameters::overlap, "[0, 1)",
            "collude, shift: cosine of the contaminated with the shared directions", "data");
  parameter("n_local", &Parameters::n_local, "[1, 1e9]",
            "samples of a client (linreg, at least d1 + 2), sequences (copy)", "data");
  parameter("ridge", &Parameters::ridge, "[0, 1e9]", "linreg: ridge of a client's least squares", "data");
  parameter("local_rank", &Parameters::local_rank, "[0, 1e5]",
            "rank to which clients truncate their estimates; 0: they do not", "data");
}

void Experiment::declare_network() {
  parameter("vocab", &Parameters::vocab, "[4, 1e5]", "copy: tokens", "pretraining");
  parameter("d_model", &Parameters::d_model, "[2, 1e4]", "copy: width of the network", "pretraining");
  parameter("copy_length", &Parameters::copy_length, "[2, 1e4]", "copy: tokens of a sequence", "pretraining");
  parameter("zipf", &Parameters::zipf, "[0, 100]", "copy: token a has probability ~ (a + 1)^-zipf",
            "pretraining");
  parameter("pretrain_steps", &Parameters::pretrain_steps, "[1, 1e9]",
            "copy: steps that teach the base to copy", "pretraining");
  parameter("pretrain_seed", &Parameters::pretrain_seed, "[0, 1e18]", "copy: seed of the base",
            "pretraining");
  parameter("label_noise", &Parameters::label_noise, "[0, 1)",
            "copy: part of the training targets that is random", "data");
  parameter("common_tokens", &Parameters::common_tokens, "[0, 1e5]",
            "copy: rare tokens that all clients write in one new way", "data");
  parameter("lora_rank", &Parameters::lora_rank, "[0, 1e4]", "copy: rank of an adapter; 0: the whole matrix",
            "data");
  parameter("train_steps", &Parameters::train_steps, "[1, 1e9]", "copy: steps of a client's fine-tuning",
            "data");
  parameter("learning_rate", &Parameters::learning_rate, "(0, 1e3]", "copy: rate of Adam", "data");
  parameter("weight_decay", &Parameters::weight_decay, "[0, 1e3]", "copy: weight decay of the adapter",
            "data");
  parameter("test_sequences", &Parameters::test_sequences, "[1, 1e9]",
            "copy: fresh sequences that a client is tested on", "data");
}

void Experiment::declare_estimators() {
  parameter("rank_fit", &Parameters::rank_fit, "[0, 1e5]",
            "rank that the estimators use; 0: they are told the true rank", "solve");
  parameter("centering", &Parameters::centering, {"common", "none"},
            "whether the program has a free common part, or it is 0", "solve");
  parameter("lambda_rule", &Parameters::lambda_rule, {"enter", "rank", "outlier_pursuit", "fixed"},
            "price of a residual block: just above the level at which rank_fit directions enter; sqrt(r/K); "
            "3/(7 sqrt(m)) with the true number m of contaminated clients; lambda_value",
            "solve");
  parameter("lambda_factor", &Parameters::lambda_factor, "(0, 1e6]", "enter, rank: factor of the price",
            "solve");
  parameter("lambda_value", &Parameters::lambda_value, "[0, 1e6]", "fixed: the price", "solve");
  parameter("huber_tau", &Parameters::huber_tau, "[0, 1e6]",
            "width of the quadratic part of the price of a block (a Gaussian noise term); 0: exact zeros",
            "solve");
  parameter("admm_tol", &Parameters::admm_tol, "(0, 1)", "relative residuals at which the solver stops",
            "solve");
  parameter("admm_max_iter", &Parameters::admm_max_iter, "[1, 1e9]", "most iterations of the solver",
            "solve");
  parameter("compress_rank", &Parameters::compress_rank, "[0, 1e5]",
            "leading directions of the normalised stack to which the program is confined; 0: all", "solve");
  parameter("score", &Parameters::score, {"residual", "block"},
            "first detection by what is off the program's subspace, or by its residual blocks", "decide");
  parameter("threshold_factor", &Parameters::threshold_factor, "(1, 1e6]",
            "flagged are scores above so many quantiles", "decide");
  parameter("threshold_quantile", &Parameters::threshold_quantile, "(0, 1)",
            "probability of the quantile, below the part of benign clients", "decide");
  parameter("threshold_floor", &Parameters::threshold_floor, "[0, 1e6]",
            "flagged are only scores above this part of the median distance from the common part", "decide");
  parameter("polish", &Parameters::polish, "[0, 1000]",
            "most passes that refit common part and subspace to the unflagged clients", "decide");
  parameter(
      "path_points", &Parameters::path_points, "[0, 1000]",
      "prices from half to twice the one in use at which the program is solved for the artifacts path_*; "
      "0: none",
      "decide");
  std::vector<std::string> names;
  for (auto const& entry : methods()) names.push_back(entry.name);
  parameter("methods", &Parameters::methods, names, "estimates whose errors are measured", "decide");
}

void Experiment::declare_metrics() {
  auto const value = [&](std::string const& name, double Metrics::*member, study::Interval range,
                         std::string meaning, std::string prediction = "") -> study::Metric& {
    auto& declared = metric(name, member, MetricKind::value, std::move(range), std::move(meaning));
    declared.prediction = std::move(prediction);
    declared.may_be_undefined = false;
    return declared;
  };
  auto const indicator = [&](std::string const& name, double Metrics::*member, std::string meaning) {
    metric(name, member, MetricKind::indicator, "[0, 1]", std::move(meaning));
  };
  auto const predicted = [](Method method) -> std::string {
    switch (method) {
      case Method::local:
      case Method::fedavg:
      case Method::oracle:
      case Method::oracle_set:
        return "mse_" + methods()[static_cast<std::size_t>(method)].name;
      case Method::clair:
        return "mse_oracle_set";
      case Method::clair_adaptive:
        return "mse_oracle_adaptive";
      default:
        return "";
    }
  };
  for (auto const& entry : methods())
    if (entry.mse != nullptr)
      value("mse_" + entry.name, entry.mse, "[0, inf)",
            "mean squared error over benign clients: " + entry.meaning, predicted(entry.method));
  for (auto const& entry : methods()) {
    if (entry.copy_accuracy == nullptr) continue;
    value("copy_accuracy_" + entry.name, entry.copy_accuracy, "[0, 1]",
          "copy: accuracy on benign clients' fresh text: " + entry.meaning);
    value("copy_loss_" + entry.name, entry.copy_loss, "[0, inf)",
          "copy: cross-entropy of benign clients' fresh text: " + entry.meaning);
  }
  value("gain_clair", &Metrics::gain_clair, "(-inf, 1]",
        "1 - mse_clair / mse_local; copy: the same of the mistakes")
      .may_be_undefined = true;
  value("excess_clair", &Metrics::excess_clair, "[-1, inf)", "mse_clair / mse_oracle_set - 1")
      .may_be_undefined = true;
  std::string const error = "1 - |U_hat^T U|_F^2 / r of the leading subspace ";
  value("subspace_error_svd", &Metrics::subspace_error_svd, "[0, 1]", error + "of the whole stack",
        "subspace_error_svd");
  value("subspace_error_spherical", &Metrics::subspace_error_spherical, "[0, 1]",
        error + "of the normalised stack");
  value("subspace_error_oracle_set", &Metrics::subspace_error_oracle_set, "[0, 1]",
        error + "of the benign clients", "subspace_error_oracle_set");
  value("subspace_error_convex", &Metrics::subspace_error_convex, "[0, 1]",
        error + "of the program's low-rank part");
  value("subspace_error_clair", &Metrics::subspace_error_clair, "[0, 1]", error + "after polishing",
        "subspace_error_oracle_set");
  value("tpr", &Metrics::tpr, "[0, 1]", "contaminated clients that are flagged");
  value("fpr", &Metrics::fpr, "[0, 1]", "benign clients that are flagged");
  indicator("set_recovered", &Metrics::set_recovered, "the flags are the truth");
  indicator("set_recovered_spherical", &Metrics::set_recovered_spherical, "those of spherical are");
  value("auc", &Metrics::auc, "[0, 1]", "probability that a contaminated client scores above a benign one");
  value("score_gap", &Metrics::score_gap, "[0, inf)", "least contaminated over largest benign score");
  value("score_benign", &Metrics::score_benign, "[0, inf)", "root mean square of the benign scores",
        "score_benign");
  value("score_contaminated", &Metrics::score_contaminated, "[0, inf)",
        "root mean square of the contaminated scores", "score_contaminated");
  value("lambda_used", &Metrics::lambda_used, "(0, inf)", "price of a residual block");
  value("lambda_enter_benign", &Metrics::lambda_enter_benign, "(0, inf]",
        "price above which the benign directions enter, from the true group", "lambda_enter_benign");
  value("lambda_enter_contaminated", &Metrics::lambda_enter_contaminated, "(0, inf]",
        "price above which contaminated directions enter, from the true group", "lambda_enter_contaminated");
  value("lambda_exact_benign", &Metrics::lambda_exact_benign, "(0, inf)",
        "price above which benign residual blocks are 0 without noise");
  indicator("exact_recovery", &Metrics::exact_recovery,
            "subspace_error_convex < 1e-6 and the flags are the truth");
  metric("convex_rank", &Metrics::convex_rank, MetricKind::count, "[0, inf)",
         "rank of the program's low-rank part");
  metric("admm_iterations", &Metrics::admm_iterations, MetricKind::count, "[0, inf)",
         "iterations of the solver");
  indicator("converged", &Metrics::converged, "the solver reached its tolerance");
  value("duality_gap", &Metrics::duality_gap, "[0, 1]", "certificate: (primal - dual) / primal");
  value("objective", &Metrics::objective, "[0, inf)", "value of the program");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const model{"module",
                                       "clients",
                                       "d1",
                                       "d2",
                                       "rank",
                                       "signal",
                                       "condition",
                                       "heterogeneity",
                                       "noise",
                                       "contamination",
                                       "contamination_kind",
                                       "contamination_rank",
                                       "contamination_scale",
                                       "overlap",
                                       "ridge",
                                       "local_rank",
                                       "rank_fit",
                                       "centering"};
  theory("errors", model, predict_errors);
  prediction("mse_local", &Predictions::mse_local, "sigma^2");
  prediction("mse_fedavg", &Predictions::mse_fedavg, "exact");
  prediction("mse_oracle", &Predictions::mse_oracle, "exact; below local exactly for h < sigma");
  prediction("mse_oracle_set", &Predictions::mse_oracle_set, "truncated SVD in the spiked model");
  prediction("mse_oracle_adaptive", &Predictions::mse_oracle_adaptive,
             "adaptive refinement with clean set and U");
  prediction("heterogeneity_crossover", &Predictions::heterogeneity_crossover,
             "h at which mse_oracle_set is mse_local");
  prediction("subspace_error_oracle_set", &Predictions::subspace_error_oracle_set,
             "Baik-Ben Arous-Peche, from the clean stack");
  prediction("subspace_error_svd", &Predictions::subspace_error_svd,
             "from the whole stack, with the colluders' spikes (collude, no overlap)");
  prediction("bbp_signal", &Predictions::bbp_signal, "strength at which a direction begins to be seen");
  prediction("score_benign", &Predictions::score_benign, "with the clean set known");
  prediction("score_contaminated", &Predictions::score_contaminated, "with the clean set known");
  theory("levels", model, predict_levels);
  prediction("lambda_enter_benign", &Predictions::lambda_enter_benign,
             "asymptotic level of the benign group");
  prediction("lambda_enter_contaminated", &Predictions::lambda_enter_contaminated,
             "asymptotic level of the contaminated group");
  auto with_rule = model;
  std::erase(with_rule, "contamination");
  for (auto const* name : {"lambda_rule", "lambda_factor", "lambda_value"}) with_rule.emplace_back(name);
  theory("limits", with_rule, predict_limits);
  prediction("contamination_limit", &Predictions::contamination_limit,
             "contamination at which the levels meet");
  prediction("contamination_limit_noiseless", &Predictions::contamination_limit_noiseless,
             "the same without noise");
  prediction("contamination_limit_rule", &Predictions::contamination_limit_rule,
             "largest one at which the rule's lambda lies between the levels");
  prediction("contamination_limit_svd", &Predictions::contamination_limit_svd,
             "contamination at which colluders lead the whole stack");
}

void Experiment::declare_artifacts() {
  artifact("scores", {"client"}, "final scores");
  artifact("flags", {"client"}, "final flags: 1 contaminated");
  artifact("truth", {"client"}, "1: contaminated");
  artifact("subspace", {"row", "direction"},
           "final frame, the largest entry of a column positive; of several modules one below the other");
  artifact("low_rank_values", {"low_rank_value"}, "singular values of the program's low-rank part");
  artifact("normalised_values", {"normalised_value"}, "leading singular values of the normalised stack");
  artifact("path_lambda", {"path_point"}, "prices of the path, ascending");
  artifact("path_rank", {"path_point"}, "rank of the program's low-rank part at each price");
  artifact("path_gap", {"path_point"}, "its duality gap");
  artifact("path_flags", {"path_point", "client"}, "flags at each price, before polishing");
  artifact("common", {"row", "column"}, "input: common part of the unflagged clients");
  artifact("refined", {"client", "row", "column"}, "input: refined estimates, of flagged clients their own");
  artifact("refined_adaptive", {"client", "row", "column"},
           "input: estimates refined as far as the reported errors allow");
  std::string const several = "input, several modules in the order of their names: ";
  artifact("adapter_shape", {"adapter", "side"}, several + "d1 and d2 of each");
  artifact("adapter_lambda", {"adapter"}, several + "price of a residual block");
  artifact("adapter_gap", {"adapter"}, several + "duality gap");
  artifact("adapter_rank", {"adapter"}, several + "rank of the program's low-rank part");
  artifact("adapter_scores", {"adapter", "client"}, several + "scores before they are combined");
  artifact("adapter_common", {"adapter_entry"}, several + "common parts, row-major, one after the other");
  artifact("adapter_refined", {"client", "adapter_entry"}, several + "refined estimates, likewise");
  artifact("adapter_refined_adaptive", {"client", "adapter_entry"},
           several + "estimates refined as far as the reported errors allow, likewise");
  artifact("client_errors", {"method", "client"},
           "squared errors by method (in declared order) and benign client");
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
