#include "experiments/federated_lora/estimators/methods.hpp"
#include "experiments/federated_lora/experiment.hpp"

#include <string>
#include <utility>
#include <vector>

namespace thresher::federated_lora {

using study::MetricKind;

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

}  // namespace thresher::federated_lora
