#include "experiments/entropy_coupling/experiment.hpp"

#include "experiments/entropy_coupling/estimators/measurement.hpp"
#include "experiments/entropy_coupling/estimators/method.hpp"
#include "experiments/entropy_coupling/estimators/stages.hpp"
#include "experiments/entropy_coupling/validity.hpp"
#include "experiments/entropy_coupling/work.hpp"

#include <stdexcept>

namespace thresher::entropy_coupling {

using study::MetricKind;

Experiment::Experiment() {
  about("entropy_coupling", "Minimum list entropy coupling",
        "S. Asoodeh and J. Chen, Breaking the Finite-Sample Barrier in Entropy Coupling, arXiv:2605.16229, "
        "2026",
        1);
  stages({"data", "bounds", "search", "reading"});
  declare_parameters();
  user_input(&Parameters::input, examine_laws);
  declare_metrics();
  declare_predictions();
  declare_artifacts();
  headline({"h_bits"}, "m");
  headline({"m_zero"}, "n");
  headline({"m_zero"}, "p_samples");
}

void Experiment::declare_parameters() {
  parameter("n", &Parameters::n, "[1, 134217728]", "alphabet size of X", "data");
  parameter("p_kind", &Parameters::p_kind, {"uniform", "zipf", "geometric", "dirichlet", "file"},
            "base law of X", "data");
  parameter("p_alpha", &Parameters::p_alpha, "(0, 1e100]", "dirichlet: concentration of P", "data");
  parameter("p_exponent", &Parameters::p_exponent, "[0, inf)", "zipf: exponent of P", "data");
  parameter("p_ratio", &Parameters::p_ratio, "(0, 1]", "geometric: ratio of P", "data");
  parameter("p_jitter", &Parameters::p_jitter, "[0, inf)", "log-normal jitter of P", "data");
  parameter("p_floor", &Parameters::p_floor, "[0, 1]", "probabilities of P are raised to at least p_floor/n",
            "data");
  parameter("p_samples", &Parameters::p_samples, "[0, 1e9]",
            "> 0: P is the empirical law of that many draws (observed symbols only)", "data");
  parameter("q_kind", &Parameters::q_kind, {"bernoulli", "uniform", "zipf", "geometric", "dirichlet", "file"},
            "base law of the observations", "data");
  parameter("k", &Parameters::k, "[2, 1048576]", "alphabet size of each observation", "data");
  parameter("q_bias", &Parameters::q_bias, "(0, 1)",
            "bernoulli: P(Y = 1); a mass below q_floor/2 is raised to it", "data");
  parameter("q_exponent", &Parameters::q_exponent, "[0, inf)", "zipf: exponent of Q", "data");
  parameter("q_ratio", &Parameters::q_ratio, "(0, 1]", "geometric: ratio of Q", "data");
  parameter("q_alpha", &Parameters::q_alpha, "(0, 1e100]", "dirichlet: concentration of Q", "data");
  parameter("q_jitter", &Parameters::q_jitter, "[0, inf)", "log-normal jitter of Q", "data");
  parameter("q_floor", &Parameters::q_floor, "[0, 1]", "probabilities of Q are raised to at least q_floor/k",
            "data");
  parameter("q_hetero", &Parameters::q_hetero, "a fresh law for every observation (where it is random)",
            "data");
  parameter("mass_bits", &Parameters::mass_bits, "[20, 60]", "masses are exact multiples of 2^-mass_bits",
            "data");
  parameter("m_cap", &Parameters::m_cap, "[1, 1000000]", "most observations that searches and bounds look at",
            "bounds");
  parameter("estimator", &Parameters::estimator, estimator_names(), "coupling", "search");
  parameter("dep_last", &Parameters::dep_last, "[0, 1000000]",
            "tie_break: observations that depend on the others", "search");
  parameter("refresh", &Parameters::refresh, "[1, 1e12]",
            "renewals of the water-filling within a greedy step", "search");
  parameter("shards", &Parameters::shards, "[1, 1000000]", "list_greedy: virtual shards of one trial",
            "search");
  parameter("cb_ratio_max", &Parameters::cb_ratio_max, "[2, 1024]", "codebook: most codewords per symbol",
            "search");
  parameter("cb_tries", &Parameters::cb_tries, "[1, 1000000]", "codebook: random codebooks of each size",
            "search");
  parameter("exact_max_bases", &Parameters::exact_max_bases, "[1, 1e12]", "exact: most bases to look at",
            "search");
  parameter("ind_cells_max", &Parameters::ind_cells_max, "[2, 1073741824]",
            "independent_greedy: most cells of the product", "search");
  parameter("m", &Parameters::m, "[1, 1000000]", "number of observations", "reading");
}

void Experiment::declare_metrics() {
  auto const count = MetricKind::count;
  auto const value = MetricKind::value;
  // Most are undefined somewhere: H of a codebook below m_zero, numbers of observations beyond m_cap.
  auto const maybe = [&](std::string name, double Metrics::*member, MetricKind kind, char const* range,
                         std::string meaning, std::string units = "1") -> study::Metric& {
    auto& declared = metric(std::move(name), member, kind, range, std::move(meaning), std::move(units));
    declared.may_be_undefined = true;
    return declared;
  };
  maybe("h_bits", &Metrics::h_bits, value, "[0, inf)", "H(X|Y_1..Y_m) of the coupling", "bit").prediction =
      "h_ind_mean_bits h_exact2_mean_bits";
  metric("zero", &Metrics::zero, MetricKind::indicator, "[0, 1]", "H(X|Y_1..Y_m) is exactly zero")
      .prediction = "zero_prob_exact2";
  maybe("h_frac", &Metrics::h_frac, value, "[0, 1]", "h_bits/H(P)");
  maybe("efficiency", &Metrics::efficiency, value, "[0, 1]",
        "bits of X obtained per bit of observation entropy: (H(P) - h_bits)/h_q_sum_bits");
  maybe("m_zero", &Metrics::m_zero, count, "[0, inf)",
        "smallest number of observations at which the estimator reaches zero (undefined beyond m_cap)")
      .prediction = "m_shift_lb m_shift_ub";
  maybe("m_excess", &Metrics::m_excess, count, "(-inf, inf)",
        "m_zero - m_lb: 0 certifies that m_zero is the least");
  maybe("m_excess_gen", &Metrics::m_excess_gen, count, "(-inf, inf)",
        "m_zero - m_gen: 0 settles the least m for a generic P");
  maybe("gap_bits", &Metrics::gap_bits, value, "[0, inf)", "h_bits - h_lb_bits", "bit");
  maybe("bayes_error", &Metrics::bayes_error, value, "[0, 1]", "error of the maximum a posteriori decoder");
  maybe("tv_extract", &Metrics::tv_extract, value, "[0, 1]",
        "total variation between P and the law of the MAP guess: error of the deterministic extractor");
  maybe("impure_mass", &Metrics::impure_mass, value, "[0, 1]", "mass of the cells with several symbols");
  maybe("impure_cells", &Metrics::impure_cells, count, "[0, inf)", "cells with several symbols");
  maybe("boundaries", &Metrics::boundaries, count, "[0, inf)", "sum over impure cells of (symbols - 1)");
  metric("n_eff", &Metrics::n_eff, count, "[1, inf)", "symbols of P");
  metric("h_p_bits", &Metrics::h_p_bits, value, "[0, inf)", "H(P)", "bit").prediction = "h_p_mean_bits";
  metric("h_q_sum_bits", &Metrics::h_q_sum_bits, value, "[0, inf)", "H(Q_1) + .. + H(Q_m)", "bit");
  metric("log2_inv_pmin", &Metrics::log2_inv_pmin, value, "[0, inf)", "log2(1/P_min)", "bit");
  metric("h_info_bits", &Metrics::h_info_bits, value, "[0, inf)",
         "information bound: [H(P) - h_q_sum_bits]_+", "bit")
      .prediction = "h_info_mean_bits";
  metric("h_lb_bits", &Metrics::h_lb_bits, value, "[0, inf)", "largest of all lower bounds on H*(m)", "bit");
  maybe("m_info", &Metrics::m_info, count, "[0, inf)", "first m at which the information bound vanishes");
  maybe("m_vol", &Metrics::m_vol, count, "[0, inf)", "first m at which the volume bound vanishes");
  maybe("m_lb", &Metrics::m_lb, count, "[0, inf)", "first m at which all lower bounds vanish");
  maybe("m_dim", &Metrics::m_dim, count, "[0, inf)", "first m with prod k_i >= n + sum (k_i - 1)");
  maybe("m_gen", &Metrics::m_gen, count, "[0, inf)", "max(m_lb, m_dim): lower bound for a generic P");
  maybe("m_ub", &Metrics::m_ub, count, "[0, inf)", "an m at which zero is certainly reached");
  metric("seconds", &Metrics::seconds, MetricKind::timing, "[0, inf)",
         "search and reading of the point, as if it were alone", "s");
}

void Experiment::declare_predictions() {
  std::vector<std::string> const observation{"q_kind",  "k",        "q_bias",  "q_exponent",
                                             "q_ratio", "q_jitter", "q_floor", "mass_bits"};
  std::vector<std::string> const symbol{"n",       "p_kind",   "p_alpha",   "p_exponent", "p_ratio",
                                        "p_floor", "p_jitter", "p_samples", "mass_bits"};
  std::vector<std::string> everything{"m"};
  everything.insert(everything.end(), observation.begin(), observation.end() - 1);
  everything.insert(everything.end(), symbol.begin(), symbol.end());

  theory("observation entropy", observation, predict_observation_entropy);
  prediction("h_q_bits", &Predictions::h_q_bits, "H(Q) where all observations have one fixed law");
  theory("symbol entropy", symbol, predict_symbol_entropy);
  prediction("h_p_mean_bits", &Predictions::h_p_mean_bits, "mean of H(P)");
  theory("information bound", everything, predict_information_bound);
  prediction("h_info_mean_bits", &Predictions::h_info_mean_bits, "[h_p_mean_bits - m h_q_bits]_+");
  theory("interval algorithm", everything, predict_interval_entropy);
  prediction("h_ind_mean_bits", &Predictions::h_ind_mean_bits,
             "mean of h_bits of independent, P uniform on the simplex");
  theory("two symbols", everything, predict_two_symbols);
  prediction("h_exact2_bits", &Predictions::h_exact2_bits, "H* of two symbols, fixed P");
  prediction("h_exact2_mean_bits", &Predictions::h_exact2_mean_bits, "mean of H* of two symbols");
  prediction("zero_prob_exact2", &Predictions::zero_prob_exact2,
             "probability that H* of two symbols is zero");
  theory("shift code", {"n", "p_kind", "p_samples", "q_kind", "q_jitter", "k"}, predict_shift_code);
  prediction("m_shift_lb", &Predictions::m_shift_lb, "ceil(log_k n): least m for uniform observations");
  prediction("m_shift_ub", &Predictions::m_shift_ub,
             "ceil(log_k n) + 1: the shift construction reaches zero");
}

void Experiment::declare_artifacts() {
  artifact("h_traj", {"observations"}, "H(X|Y_1..Y_m) for m = 0..m_cap (list_greedy, independent)");
  artifact("p", {"symbol"}, "law of X, zero behind its n_eff symbols");
  artifact("q", {"observation", "value"}, "laws of the first m observations");
  artifact("atom_x", {"atom"}, "coupling: symbol of each atom");
  artifact("atom_mass", {"atom"},
           "coupling: mass of each atom, in units of 2^-mass_bits (probability for estimators "
           "that work in doubles)");
  artifact("atom_code", {"atom", "observation"}, "coupling: values of Y_1..Y_m of each atom");
  artifact("code", {"codeword", "observation"}, "codebook: values of Y_1..Y_{m_zero} of each codeword");
  artifact("owner", {"codeword"}, "codebook: symbol that each codeword stands for");
  artifact("mass", {"codeword"}, "codebook: probability of each codeword");
  artifact("beta", {"feature"}, "codebook: dual variables");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  check_validity(point, verdict);
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  Parameters sized = point;
  bool const reads = point.input != nullptr;
  if (reads && point.p_kind == SymbolLaw::file) sized.n = point.input->symbols;
  if (reads && point.q_kind == ObservationLaw::file)
    for (std::int64_t const k : point.input->alphabets) sized.k = std::max(sized.k, k);
  switch (stage) {
    case 0:
      return data_cost(sized);
    case 1:
      return bounds_cost(sized);
    case 2:
      return method_of(sized).search_cost(sized, resources.ranks);
    default:
      return method_of(sized).reading_cost(sized);
  }
}

Metrics Experiment::applicable(Parameters const& point) const {
  Metrics mask = ExperimentOf::applicable(point);
  for (auto const member : method_of(point).omits()) mask.*member = study::kUndefined;
  return mask;
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const* before,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  switch (stage) {
    case 0:
      return make_data(points, team);
    case 1:
      return make_bounds(static_cast<DataResult const&>(*before), points.front(), team);
    case 2:
      return make_search(static_cast<BoundsResult const&>(*before), points, team);
    default:
      throw std::logic_error("entropy_coupling has three stages before the last");
  }
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  measure_point(static_cast<SearchResult const&>(*before), point, team, metrics);
  return study::Outcome::ok;
}

}  // namespace thresher::entropy_coupling
