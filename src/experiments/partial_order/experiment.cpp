#include "experiments/partial_order/experiment.hpp"

#include "experiments/partial_order/data/user_sequences.hpp"
#include "experiments/partial_order/estimators/measurement.hpp"
#include "experiments/partial_order/model/user_facts.hpp"
#include "experiments/partial_order/validity.hpp"
#include "experiments/partial_order/work.hpp"

namespace thresher::partial_order {

namespace {

/// Stages, in order.
enum PosetStage : std::size_t { data_stage, reference_stage, fit_stage };

}  // namespace

Experiment::Experiment() {
  about("partial_order", "A latent partial order behind noisy lists",
        "D. Li, G. K. Nicholls, S. Sun and Y. Luo, A Differentiable Bayesian Relaxation for Latent "
        "Partial-Order Inference, arXiv:2605.06976, 2026",
        1);
  stages({"data", "reference", "fit", "read"});
  user_input(&Parameters::input, examine_user_sequences);
  declare_data();
  declare_fit();
  declare_samplers();
  declare_estimate_metrics();
  declare_other_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"closure_f1", "exact_recovery"}, "n_sequences");
  headline({"closure_f1"}, "sequences_per_item");
  headline({"fidelity_mae"}, "tau");
}

void Experiment::declare_data() {
  parameter("poset", &Parameters::poset,
            {"random", "chain", "antichain", "forest", "layered", "crown", "file"},
            "the true order: a product order of normal coordinates, a named one, or the user's", "data");
  parameter("n_items", &Parameters::n_items, "[2, 1e6]", "items", "data");
  parameter("poset_dim", &Parameters::poset_dim, "[1, 1e6]", "random: coordinates of the truth", "data");
  parameter("poset_rho", &Parameters::poset_rho, "[0, 1)", "random: their correlation", "data");
  parameter("layers", &Parameters::layers, "[1, 1e6]", "layered: layers", "data");
  parameter("n_sequences", &Parameters::n_sequences, "[1, 1e9]", "lists", "data").nested = true;
  parameter("sequences_per_item", &Parameters::sequences_per_item, "[0, 1e9]",
            "appearances of an item over all lists, instead of n_sequences; 0: as that says", "data")
      .nested = true;
  parameter("list_length", &Parameters::list_length, "[0, 1e6]", "items of a list; 0: all", "data");
  parameter("n_test", &Parameters::n_test, "[1, 1e7]", "held-out lists, and clean ones", "data").nested =
      true;
  parameter("generator", &Parameters::generator, {"frontier", "queue_jump"},
            "law of the lists: choices from the frontier by remaining successors, or by linear extensions of "
            "what would be left (which beta does not enter)",
            "data");
  parameter("beta", &Parameters::beta, "[0, 1e3]", "inverse temperature of the lists", "data");
  parameter("epsilon", &Parameters::epsilon, "[0, 1)", "share of choices that ignore the order", "data");
}

void Experiment::declare_fit() {
  parameter("method", &Parameters::method, method_names(), "estimator of the order", "fit");
  parameter("latent_dim", &Parameters::latent_dim, "[1, 64]", "coordinates of the fit", "fit");
  parameter("rho", &Parameters::rho, "[0, 1)", "their correlation", "fit");
  parameter("know_beta", &Parameters::know_beta, "the fit takes the lists' beta, not fit_beta", "reference");
  parameter("fit_beta", &Parameters::fit_beta, "[0, 1e3]", "beta of every likelihood of the fit",
            "reference");
  parameter("know_epsilon", &Parameters::know_epsilon,
            "the fit takes the lists' epsilon (0.01 where that is 0), not fit_epsilon", "reference");
  parameter("fit_epsilon", &Parameters::fit_epsilon, "(0, 1)", "epsilon of every likelihood of the fit",
            "reference");
  parameter("infer_hyper", &Parameters::infer_hyper, "learn rho, beta and epsilon with the coordinates",
            "fit");
  parameter("dominance", &Parameters::dominance, {"product", "softmin"},
            "soft precedence: product of logistic gaps, or the logistic function of their soft minimum",
            "fit");
  parameter("tau", &Parameters::tau, "(0, 10]", "temperature of the relaxation", "fit");
  parameter("tau_start", &Parameters::tau_start, "(0, 1e3]", "temperature at which climbs begin", "fit");
  parameter("anneal_stages", &Parameters::anneal_stages, "[1, 50]", "temperatures of a climb", "fit");
  parameter("restarts", &Parameters::restarts, "[1, 1e6]", "map, fr_vi, mf_vi: starts", "fit");
  parameter("max_iter", &Parameters::max_iter, "[1, 1e9]", "map, mf_vi_saa: iterations of a temperature",
            "fit");
  parameter("grad_tol", &Parameters::grad_tol, "(0, 1e3]", "largest gradient entry where a climb stops",
            "fit");
  parameter("init", &Parameters::init, {"borda", "prior"}, "first start; every second one is prior", "fit");
  parameter("start_iter", &Parameters::start_iter, "[0, 1e9]",
            "iterations of a temperature before sampling or variational inference", "fit");
  parameter("polish", &Parameters::polish, "map: a discrete search from its order", "fit");
  parameter("search_penalty", &Parameters::search_penalty, "[0, 1e6]",
            "poset_search, polish: penalty of a cover relation", "fit");
  parameter("pl_prior", &Parameters::pl_prior, "[0, 1e6]", "plackett_luce: prior count of every item", "fit");
}

void Experiment::declare_samplers() {
  parameter("chains", &Parameters::chains, "[1, 1e4]", "Markov chains", "fit");
  parameter("warmup", &Parameters::warmup, "[0, 1e9]", "iterations of a chain that are not kept", "fit");
  parameter("samples", &Parameters::samples, "[2, 1e9]", "draws of a chain that are kept", "fit");
  parameter("leapfrog", &Parameters::leapfrog, "[1, 1e6]", "mean number of steps of a trajectory", "fit");
  parameter("target_accept", &Parameters::target_accept, "(0, 1)", "acceptance that the warm-up aims at",
            "fit");
  parameter("vi_samples", &Parameters::vi_samples, "[2, 1e6]", "draws of a step, in antithetic pairs", "fit");
  parameter("vi_iter", &Parameters::vi_iter, "[1, 1e9]", "steps of variational inference", "fit");
  parameter("vi_rate", &Parameters::vi_rate, "(0, 1e3]", "its first learning rate", "fit");
  parameter("vi_fixed_draws", &Parameters::vi_fixed_draws, "[2, 1e6]", "mf_vi_saa: draws that stay the same",
            "fit");
  parameter("posterior_samples", &Parameters::posterior_samples, "[2, 1e7]",
            "draws that a variational posterior is read from", "fit");
  parameter("edge_threshold", &Parameters::edge_threshold, "(0, 1]",
            "scores from which on pairs enter the estimated order", "read");
  parameter("precedence_threshold", &Parameters::precedence_threshold, "(0.5, 1]",
            "threshold, and its prediction: share of lists that have a pair in one order", "reference");
  parameter("fidelity", &Parameters::fidelity, "compare edge scores with the exact posterior", "reference");
  parameter("dp_max_items", &Parameters::dp_max_items, "[0, 18]", "items up to which pred_* are computed",
            "reference");
  parameter("cover_metrics", &Parameters::cover_metrics, {"auto", "no", "yes"},
            "measure the transitive reduction; auto: up to 20000 items", "read");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  name_inert(point, verdict);
  warn_of(point, verdict);
}

void Experiment::adopt_input(Parameters& point) const {
  point.n_items = point.input->items;
  point.poset = Poset::file;
  if (point.input->has_sequences()) point.n_sequences = point.input->sequences;
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  switch (stage) {
    case data_stage:
      return data_cost(point, resources);
    case reference_stage:
      return reference_cost(point, resources);
    case fit_stage:
      return fit_cost(point, resources);
    default:
      return reading_cost(point, resources);
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
    case reference_stage:
      return std::make_unique<ReferenceStage>(dynamic_cast<TrialData const&>(*before), points.front(), team);
    default:
      return std::make_unique<FitStage>(dynamic_cast<ReferenceStage const&>(*before), points.front(), team);
  }
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  return measure_point(dynamic_cast<FitStage const&>(*before), point, team, metrics);
}

}  // namespace thresher::partial_order
