#include "experiments/hawkes_network/experiment.hpp"

#include "experiments/hawkes_network/data/user_events.hpp"
#include "experiments/hawkes_network/estimators/method.hpp"
#include "experiments/hawkes_network/measurement.hpp"
#include "experiments/hawkes_network/validity.hpp"
#include "experiments/hawkes_network/work.hpp"

#include <cmath>

namespace thresher::hawkes_network {

using study::MetricKind;

namespace {

/// Stages, in order.
enum Stage : std::size_t { data_stage, screen_stage, fit_stage, decide_stage };

}  // namespace

Experiment::Experiment() {
  about(
      "hawkes_network", "Observation time for recovering a latent Hawkes network",
      "J. Linkerhaegner, M. Bortolasi, L. Baldassari, M. V. de Hoop and I. Dokmanic, On Observation Time for "
      "Recovering Latent Hawkes Networks, arXiv:2605.08400, 2026",
      1);
  stages({"data", "screen", "fit", "decide"});
  user_input(&Parameters::input, examine_user_events);
  declare_parameters();
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"exact_recovery"}, "c_time");
  headline({"exact_recovery"}, "t_obs");
  headline({"sure_screening"}, "bin_width");
}

void Experiment::declare_parameters() {
  parameter("d", &Parameters::d, "[3, 2147483647]", "nodes", "data");
  parameter("s", &Parameters::s, "[0, 2147483646]", "parents of a node", "data");
  parameter("graph", &Parameters::graph, {"in_regular", "bipartite", "circulant"}, "class of the network",
            "data");
  parameter("hub_exponent", &Parameters::hub_exponent, "[1, 5]",
            "1: parents are drawn evenly; larger: nodes with small numbers are hubs", "data");
  parameter("alpha", &Parameters::alpha, "(0, inf)", "smallest weight of an edge (children of an event)",
            "data");
  parameter("alpha_spread", &Parameters::alpha_spread, "[0, 5]",
            "weights are alpha (1 + alpha_spread u), u uniform", "data");
  parameter("self_weight", &Parameters::self_weight, "[0, 1)", "self-excitation", "data");
  parameter("mu", &Parameters::mu, "(0, inf)", "rate of immigrants", "data");
  parameter("mu_spread", &Parameters::mu_spread, "[0, 1)", "rates are mu (1 + mu_spread (2u - 1))", "data");
  parameter("kernel", &Parameters::kernel, {"exp", "uniform", "erlang"}, "law of the delays, mean 1/beta",
            "data");
  parameter("beta", &Parameters::beta, "(0, inf)", "inverse mean delay", "data");
  parameter("c_time", &Parameters::c_time, "(0, inf)", "horizon over log d (with t_obs = 0)", "data").nested =
      true;
  parameter("t_obs", &Parameters::t_obs, "[0, inf)", "horizon; 0: c_time log d", "data").nested = true;
  parameter("tv_eps", &Parameters::tv_eps, "(0, 0.1]",
            "total variation distance to the stationary process that the burn-in leaves", "data");
  parameter("method", &Parameters::method, method_names(), "estimator of the network", "fit");
  parameter("bin_width", &Parameters::bin_width, "(0, 10]", "width of the bins, in units of 1/b", "screen");
  parameter("clip", &Parameters::clip, "[1, 255]", "counts are clipped at it; 255: practically not",
            "screen");
  parameter("screen_lags", &Parameters::screen_lags, "[1, 64]", "lags of the correlations", "screen");
  parameter("screen_fp", &Parameters::screen_fp, "(0, 2147483647]",
            "candidates without influence that are expected for each node", "screen");
  parameter("max_candidates", &Parameters::max_candidates, "[1, 1024]", "candidates of a node, at most",
            "screen");
  parameter("refine", &Parameters::refine, {"kernel", "binned"},
            "regression of two_stage: on exact filters, or on clipped counts", "fit");
  parameter("refit", &Parameters::refit, "fit the selected edges again, alone", "decide");
  parameter("beta_fit", &Parameters::beta_fit, "[0, inf)", "decay b that the estimators assume; 0: beta",
            "screen");
  parameter("edge_rule", &Parameters::edge_rule, {"fwer", "alpha", "fdr"},
            "edges by familywise error, by weights above tau alpha, or by false discovery rate", "decide");
  parameter("level", &Parameters::level, "(0, 1)", "familywise error, or false discovery rate", "decide");
  parameter("tau", &Parameters::tau, "(0, 1)", "edge_rule = alpha: threshold over alpha", "decide");
  parameter("lasso_gamma", &Parameters::lasso_gamma, "(0, inf)", "constant of the penalties of the lasso",
            "fit");
  parameter("lasso_tol", &Parameters::lasso_tol, "(0, inf)",
            "violation of the optimality conditions over the largest moment at which the lasso stops", "fit");
  parameter("lasso_max_iter", &Parameters::lasso_max_iter, "[1, 1000000000]",
            "iterations of the lasso, at most", "fit");
}

void Experiment::declare_metrics() {
  auto& exact = metric("exact_recovery", &Metrics::exact_recovery, MetricKind::indicator, "[0, 1]",
                       "the estimated network is the true one");
  exact.prediction = "p_exact_pred p_exact_fano p_map_pred";
  metric("hamming", &Metrics::hamming, MetricKind::count, "[0, inf)", "false and missed edges", "edges");
  metric("rows_wrong", &Metrics::rows_wrong, MetricKind::value, "[0, 1]",
         "part of the nodes with wrong parents");
  metric("tpr", &Metrics::tpr, MetricKind::value, "[0, 1]", "part of the edges that were found").prediction =
      "tpr_pred";
  metric("fdr", &Metrics::fdr, MetricKind::value, "[0, 1]", "part of the found edges that are false");
  metric("fpr", &Metrics::fpr, MetricKind::value, "[0, 1]",
         "part of the other pairs that were taken for edges");
  metric("f1", &Metrics::f1, MetricKind::value, "[0, 1]", "harmonic mean of precision and recall");
  metric("any_fp", &Metrics::any_fp, MetricKind::indicator, "[0, 1]", "there is a false edge");
  metric("separable", &Metrics::separable, MetricKind::indicator, "[0, 1]",
         "all edges have higher scores than all other pairs");
  metric("best_hamming", &Metrics::best_hamming, MetricKind::count, "[0, inf)",
         "fewest wrong pairs over all thresholds of the score", "edges");
  metric("adj_l2", &Metrics::adj_l2, MetricKind::value, "[0, inf)", "Frobenius error of the weights");
  metric("adj_rel", &Metrics::adj_rel, MetricKind::value, "[0, inf)",
         "the same over the norm of the true weights; undefined without edges")
      .may_be_undefined = true;
  metric("adj_max", &Metrics::adj_max, MetricKind::value, "[0, inf)", "largest error of a weight");
  metric("sure_screening", &Metrics::sure_screening, MetricKind::indicator, "[0, 1]",
         "every edge is a candidate of the second stage");
  metric("candidates_mean", &Metrics::candidates_mean, MetricKind::value, "[0, inf)", "candidates of a node");
  metric("mu_rmse", &Metrics::mu_rmse, MetricKind::value, "[0, inf)",
         "root mean square error of the baselines", "1/time");
  metric("n_events", &Metrics::n_events, MetricKind::count, "[0, inf)", "events up to the horizon", "events");
  metric("rate_rel", &Metrics::rate_rel, MetricKind::value, "(-inf, inf)",
         "events over their stationary mean, minus 1");
}

void Experiment::declare_predictions() {
  theory("levels", {"d", "c_time", "t_obs", "screen_fp", "level"}, predict_levels);
  prediction("horizon", &Predictions::horizon, "time that is watched");
  prediction("z_screen", &Predictions::z_screen, "level of the screening statistic");
  prediction("z_edge", &Predictions::z_edge, "level of the scores for edge_rule = fwer");

  std::vector<std::string> const rates{"s", "graph", "alpha", "alpha_spread", "self_weight", "mu"};
  auto with = [](std::vector<std::string> names, std::initializer_list<char const*> more) {
    names.insert(names.end(), more.begin(), more.end());
    return names;
  };
  theory("process", with(rates, {"d", "mu_spread", "kernel", "beta", "tv_eps"}), predict_process);
  prediction("kappa", &Predictions::kappa, "largest row sum of the weights");
  prediction("burn_in", &Predictions::burn_in, "time that is simulated before the observation");
  prediction("rate_target", &Predictions::rate_target, "stationary rate of a node with parents");
  prediction("rate_source", &Predictions::rate_source, "stationary rate of a parent");

  auto const signal = with(rates, {"beta", "bin_width", "clip", "screen_lags"});
  theory("signal", signal, predict_signal);
  prediction("eta_screen", &Predictions::eta_screen, "information of the screening on an edge");
  prediction("eta_ls", &Predictions::eta_ls, "information of least squares on an edge");
  prediction("null_corr", &Predictions::null_corr, "correlation of both statistics without an edge");

  auto const recovery = with(signal, {"d", "screen_fp", "edge_rule", "level", "tau"});
  theory("recovery", with(recovery, {"c_time", "t_obs"}), predict_recovery);
  prediction("screen_edge_mean", &Predictions::screen_edge_mean, "mean screening statistic of an edge");
  prediction("ls_edge_mean", &Predictions::ls_edge_mean, "mean score of an edge");
  prediction("p_exact_pred", &Predictions::p_exact_pred,
             "probability that two_stage finds the network (kernel exp, decay known)");
  prediction("tpr_pred", &Predictions::tpr_pred, "probability that it finds an edge");
  prediction("fp_pred", &Predictions::fp_pred, "false edges that it is expected to take");
  theory("transition", recovery, predict_transition);
  prediction("t50_pred", &Predictions::t50_pred, "horizon at which p_exact_pred is 1/2");
  prediction("c_star", &Predictions::c_star, "limit of t50_pred / log d for large d, edge_rule = fwer");

  std::vector<std::string> const edge{"d", "alpha", "mu", "beta"};
  theory("bounds", with(edge, {"c_time", "t_obs"}), predict_bounds);
  prediction("kl_pair", &Predictions::kl_pair, "information rate of one edge against none");
  prediction("kl_parent", &Predictions::kl_parent,
             "information rate of a parent against none, rates being equal");
  prediction("bhatt", &Predictions::bhatt, "variance of the root of a sink's intensity");
  prediction("t_fano", &Predictions::t_fano, "horizon below which every estimator fails half the time");
  prediction("p_exact_fano", &Predictions::p_exact_fano, "no estimator finds the network more often (Fano)");
  theory("decoder", with(edge, {"c_time", "t_obs"}), predict_decoder);
  prediction("t_map", &Predictions::t_map, "horizon of the optimal decoder by the union bound");
  prediction("p_map_pred", &Predictions::p_map_pred, "its probability of the network, normal approximation");
}

void Experiment::declare_artifacts() {
  artifact("network_true", {"edge", "edge_column"}, "target, source, weight");
  artifact(
      "network_estimated", {"found_edge", "found_column"},
      "target, source, weight, score, ends of the confidence interval (1 - level) of the weight, screening "
      "statistic");
  artifact("candidates", {"candidate", "found_column"}, "the same of all candidates of two_stage");
  artifact("rates", {"node", "rate_column"},
           "events over the horizon, estimated baseline, estimated self-excitation");
  artifact("correlation_histogram", {"relation", "cell"},
           "pairs by screening statistic in cells of 1/2 from -10: edges, two-step pairs, others");
  artifact("events", {"event", "event_column"}, "node, time");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  check_validity(point, verdict);
}

/// The whole horizon of the file, in a way that t_obs or c_time of the user replace.
void Experiment::adopt_input(Parameters& point) const {
  point.d = point.input->nodes;
  point.c_time = point.input->horizon / std::log(static_cast<double>(point.d));
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  switch (stage) {
    case data_stage:
      return data_cost(point, resources.ranks);
    case screen_stage:
      return screening_cost(point, resources.ranks);
    case fit_stage:
      return fit_cost(point, resources.ranks);
    default:
      return decision_cost(point, resources.ranks);
  }
}

Metrics Experiment::applicable(Parameters const& point) const {
  return applicable_metrics(point, ExperimentOf::applicable(point));
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const* before,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  switch (stage) {
    case data_stage:
      return std::make_unique<TrialData>(points, team);
    case screen_stage:
      return std::make_unique<ScreenedData>(dynamic_cast<TrialData const&>(*before), points, team);
    default:
      return std::make_unique<FittedNetwork>(dynamic_cast<ScreenedData const&>(*before), points.front(),
                                             team);
  }
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<FittedNetwork const&>(*before), point, team, metrics);
}

}  // namespace thresher::hawkes_network
