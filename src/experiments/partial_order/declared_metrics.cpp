#include "experiments/partial_order/experiment.hpp"

namespace thresher::partial_order {

using study::MetricKind;

void Experiment::declare_estimate_metrics() {
  auto const value = MetricKind::value;
  auto const count = MetricKind::count;
  metric("closure_precision", &Metrics::closure_precision, value, "[0, 1]",
         "part of the estimated relations that are true");
  metric("closure_recall", &Metrics::closure_recall, value, "[0, 1]",
         "part of the true relations that are found");
  metric("closure_f1", &Metrics::closure_f1, value, "[0, 1]", "harmonic mean of these two");
  metric("closure_tp", &Metrics::closure_tp, count, "[0, inf)", "true relations that are found", "pairs")
      .prediction = "intersection_tp_theory";
  metric("closure_fp", &Metrics::closure_fp, count, "[0, inf)", "estimated relations that are not true",
         "pairs")
      .prediction = "intersection_fp_theory";
  metric("closure_f1_hard", &Metrics::closure_f1_hard, value, "[0, 1]",
         "map: closure_f1 of the product order of its coordinates");
  metric("cover_precision", &Metrics::cover_precision, value, "[0, 1]",
         "closure_precision of transitive reductions");
  metric("cover_recall", &Metrics::cover_recall, value, "[0, 1]", "closure_recall of transitive reductions");
  metric("cover_f1", &Metrics::cover_f1, value, "[0, 1]", "closure_f1 of transitive reductions");
  metric("shd", &Metrics::shd, count, "[0, inf)", "pairs in which the transitive reductions differ", "pairs");
  metric("pair_error", &Metrics::pair_error, value, "[0, 1]",
         "part of the pairs that are taken for before, after or free and are not");
  metric("exact_recovery", &Metrics::exact_recovery, MetricKind::indicator, "[0, 1]",
         "the estimated order is the true one")
      .prediction = "search_exact_theory";
  metric("edge_brier", &Metrics::edge_brier, value, "[0, 1]", "mean squared error of the edge scores");
  metric("edge_ece", &Metrics::edge_ece, value, "[0, 1]", "calibration error of the edge scores in ten bins");
  metric("edge_auc", &Metrics::edge_auc, value, "[0, 1]",
         "probability that a related pair has a higher score than another; undefined without one of them")
      .may_be_undefined = true;
  metric("heldout_loglik", &Metrics::heldout_loglik, value, "[-inf, 0]",
         "mean log predictive density of held-out lists over their choices", "nats");
  metric("heldout_loglik_point", &Metrics::heldout_loglik_point, value, "[-inf, 0]",
         "the same of the estimated order", "nats");
  metric("heldout_excess", &Metrics::heldout_excess, value, "(-inf, inf]",
         "what heldout_loglik lacks of the true law's", "nats");
  metric("feasible_recall", &Metrics::feasible_recall, value, "[0, 1]",
         "part of the clean lists that the estimated order allows");
  metric("infeasible_detect", &Metrics::infeasible_detect, value, "[0, 1]",
         "part of the corrupted clean lists that it forbids; undefined where no list has a related pair")
      .may_be_undefined = true;
  metric("fidelity_mae", &Metrics::fidelity_mae, value, "[0, 1]",
         "mean error of the edge scores against the exact posterior");
  metric("fidelity_max", &Metrics::fidelity_max, value, "[0, 1]",
         "largest error against the exact posterior");
}

void Experiment::declare_other_metrics() {
  auto const value = MetricKind::value;
  auto const count = MetricKind::count;
  metric("accept_rate", &Metrics::accept_rate, value, "[0, 1]", "acceptance of the kept iterations");
  metric("rhat", &Metrics::rhat, value, "[0, inf]", "split R-hat of the number of relations");
  metric("ess", &Metrics::ess, value, "[0, inf)",
         "effective sample size of the number of relations; undefined where it never changes", "draws")
      .may_be_undefined = true;
  metric("elbo", &Metrics::elbo, value, "(-inf, inf)",
         "evidence lower bound, too large by (D/2) log 2 pi for D coordinates", "nats");
  metric("log_posterior", &Metrics::log_posterior, value, "(-inf, inf)",
         "map: log of the relaxed posterior density without its constant", "nats");
  metric("rho_hat", &Metrics::rho_hat, value, "[0, 1]", "map: learnt rho");
  metric("beta_hat", &Metrics::beta_hat, value, "[0, inf)", "map: learnt beta");
  metric("epsilon_hat", &Metrics::epsilon_hat, value, "[0, 1]", "map: learnt epsilon, a mode and biased low");
  auto& seen = metric("ip_cov", &Metrics::ip_cov, value, "[0, 1]",
                      "part of the incomparable pairs seen in both orders; undefined without any");
  seen.may_be_undefined = true;
  seen.prediction = "ip_cov_theory";
  metric("coverage", &Metrics::coverage, value, "[0, inf)", "lists that an item is in, on average")
      .prediction = "coverage_theory";
  metric("pair_coverage", &Metrics::pair_coverage, value, "[0, 1]", "part of the pairs seen together")
      .prediction = "pair_coverage_theory";
  metric("relation_density", &Metrics::relation_density, value, "[0, 1]",
         "part of the ordered pairs that are relations of the true order")
      .prediction = "relation_density_theory";
  metric("maximal_items", &Metrics::maximal_items, count, "[0, inf)",
         "items that nothing precedes in the true order", "items")
      .prediction = "maximal_items_theory";
  metric("relaxation_gap", &Metrics::relaxation_gap, value, "[0, inf)",
         "difference of the relaxed and the hard likelihood at the true coordinates", "nats");
  metric("soft_hard_max", &Metrics::soft_hard_max, value, "[0, 1]",
         "largest difference of the soft and the hard relation there");
  metric("soft_hard_bound", &Metrics::soft_hard_bound, value, "[0, 1]", "its bound from the smallest gap");
  metric("raw_threshold_tp", &Metrics::raw_threshold_tp, count, "[0, inf)",
         "threshold: related pairs above it, before the repair", "pairs")
      .prediction = "threshold_tp_theory";
  metric("raw_threshold_fp", &Metrics::raw_threshold_fp, count, "[0, inf)",
         "threshold: other pairs above it, before the repair", "pairs")
      .prediction = "threshold_fp_theory";
  metric("threshold_chosen", &Metrics::threshold_chosen, value, "[0.5, 1]", "threshold_ml: its threshold");
  auto const own = [&](char const* name, double Metrics::*member, MetricKind kind, char const* range,
                       char const* meaning) -> study::Metric& {
    return metric(name, member, kind, range, meaning);
  };
  own("pred_intersection_tp", &Metrics::pred_intersection_tp, value, "[0, inf)",
      "predicted for the trial's order: related pairs in the same order in all lists");
  own("pred_intersection_fp", &Metrics::pred_intersection_fp, value, "[0, inf)",
      "predicted: incomparable pairs in the same order in all lists");
  own("pred_threshold_tp", &Metrics::pred_threshold_tp, value, "[0, inf)",
      "predicted: related pairs above precedence_threshold");
  own("pred_threshold_fp", &Metrics::pred_threshold_fp, value, "[0, inf)",
      "predicted: incomparable pairs above precedence_threshold");
  own("pred_ip_cov", &Metrics::pred_ip_cov, value, "[0, 1]",
      "predicted: part of the incomparable pairs seen in both orders; undefined without any")
      .may_be_undefined = true;
  own("pred_margin", &Metrics::pred_margin, value, "[-1, 1]",
      "smallest precedence of a related pair minus the largest of an incomparable one; undefined without "
      "one of them")
      .may_be_undefined = true;
  own("pred_intersection_exact", &Metrics::pred_intersection_exact, value, "[0, 1]",
      "lower bound of the probability that intersection finds the order");
  own("pred_search_exact", &Metrics::pred_search_exact, value, "[0, 1]",
      "predicted probability that the maximum of the likelihood is at the order");
  own("pred_n_half", &Metrics::pred_n_half, value, "[2, inf]", "lists for which it is one half");
  own("chernoff_min", &Metrics::chernoff_min, value, "[0, inf)",
      "smallest Chernoff information of a neighbour of the order");
  own("kl_min", &Metrics::kl_min, value, "[0, inf)", "smallest divergence of a neighbour of the order");
  metric("evaluations", &Metrics::evaluations, count, "[0, inf)", "evaluations of a likelihood",
         "evaluations");
  metric("seconds", &Metrics::seconds, MetricKind::timing, "[0, inf)", "time of the estimator", "s");
}

void Experiment::declare_artifacts() {
  artifact("cover_true", {"true_edge", "edge_end"}, "cover relations of the true order: first, second item");
  artifact("cover_estimated", {"found_edge", "edge_field"},
           "cover relations of the estimate: first, second item, edge score");
  artifact("edge_scores", {"item", "later_item"}, "edge scores E: probability that item precedes later_item");
  artifact("pair_counts", {"item", "later_item"}, "weight of the lists that have item before later_item");
  artifact("latent_mode", {"item", "coordinate"}, "map: coordinates of the mode");
  artifact("latent_draws", {"draw", "item", "coordinate"},
           "coordinates of the draws of relaxed_mcmc, hybrid_mcmc and variational methods");
  artifact("chain_relations", {"chain", "kept_draw"}, "samplers: number of relations of every draw");
  artifact("test_log_density", {"test_list"}, "log predictive density of every held-out list");
  artifact("scored_lists", {"scored_list", "score_field"},
           "own data: log predictive density, probability of being a linear extension, step, earlier and "
           "later item of the first violation");
}

}  // namespace thresher::partial_order
