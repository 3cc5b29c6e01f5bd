#include "experiments/reward_single_index/experiment.hpp"

#include "experiments/reward_single_index/estimators/measurement.hpp"
#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/validity.hpp"
#include "experiments/reward_single_index/work.hpp"

#include <stdexcept>

namespace thresher::reward_single_index {

using study::MetricKind;

Experiment::Experiment() {
  about("reward_single_index", "Reward models that learn features for policy optimisation",
        "A. Wachi, K. Miyaguchi, R. Higuchi, R. Kawata, K. Takakura and T. Suzuki, How Neural Reward Models "
        "Learn Features for Policy Optimization: A Single-Index Analysis, arXiv:2605.24749, 2026",
        1);
  stages({"data", "features", "readout"});
  declare_model();
  declare_first_stage();
  declare_second_stage();
  declare_overlap_metrics();
  declare_policy_metrics();
  declare_first_predictions();
  declare_policy_predictions();
  declare_artifacts();
  headline({"rel_regret", "net_gain"}, "beta2");
  headline({"overlap_mean"}, "beta1");
  headline({"overlap_mean", "frac_recovered"}, "alpha1");
}

void Experiment::declare_model() {
  parameter("d", &Parameters::d, "[3, 1e10]", "dimension of the inputs", "data");
  parameter("link", &Parameters::link,
            {"linear", "tanh", "quadratic", "hermite3", "wave3", "wave4", "z2exp", "deceptive"},
            "reward along the hidden direction, scaled to mean 0 and variance 1", "data");
  parameter("link_w1", &Parameters::link_w1, "(0, 6]", "waves: the first frequency", "data");
  parameter("link_w2", &Parameters::link_w2, "(0, 6]", "waves: the second frequency", "data");
  parameter("link_a", &Parameters::link_a, "[-1e3, 1e3]", "deceptive: height of the bump at 2", "data");
  parameter("link_b", &Parameters::link_b, "[0.05, 1e3]", "deceptive: its width", "data");
  parameter("link_k", &Parameters::link_k, "(0, 100]", "tanh: slope at 0", "data");
  parameter("noise_std", &Parameters::noise_std, "[0, 1e3]", "standard deviation of the label noise", "data");
  parameter("noise_kind", &Parameters::noise_kind, {"gaussian", "uniform"}, "law of the label noise", "data");
  parameter("n1", &Parameters::n1, "[0, 1e13]", "rows of the first stage; 0: ceil(alpha1 d^gamma1)", "data");
  parameter("alpha1", &Parameters::alpha1, "(0, 1e9]", "rows of the first stage in units of d^gamma1",
            "data");
  parameter("gamma1", &Parameters::gamma1, "(0, 10]", "exponent of d in the number of rows", "data");
}

void Experiment::declare_first_stage() {
  auto const stage = "features";
  parameter("stage1", &Parameters::stage1, first_stage_names(), "how the first layer learns", stage);
  parameter("engine", &Parameters::engine, {"ambient", "projected"},
            "online: inputs in d dimensions, or the overlaps alone (exact in law, of any d; n2 = 0)", stage);
  parameter("transform", &Parameters::transform, {"exp_label", "exp", "label", "optimal"},
            "label transform T: y e^(y/beta1), e^(y/beta1), y, or the best one that knows the link", stage);
  parameter("beta1", &Parameters::beta1, "(0, inf]", "temperature of feature learning; inf: unweighted",
            stage);
  parameter("weight_clip", &Parameters::weight_clip, "(0, inf]", "cap of the label inside the exponent",
            stage);
  parameter("center_transform", &Parameters::center_transform, "subtract the mean of T", stage);
  parameter("n_neurons", &Parameters::n_neurons, "[2, 1e5]", "neurons N", stage);
  parameter("activation1", &Parameters::activation1, {"relu", "tanh"}, "activation of the first stage",
            stage);
  parameter("bias1", &Parameters::bias1, "[0, 1e3]", "its biases are uniform on [-bias1, bias1]", stage);
  parameter("lr", &Parameters::lr, "(0, 1e6]", "online: rate of a step, times d", stage);
  parameter("lr_schedule", &Parameters::lr_schedule, {"constant", "half_linear"},
            "online: rate over time; half_linear falls to 0 over the second half", stage);
  parameter("batch", &Parameters::batch, "[1, 1e9]", "online: rows per step", stage);
  parameter("batch_iters", &Parameters::batch_iters, "[1, 1e6]", "batch: steps", stage);
  parameter("lr_batch", &Parameters::lr_batch, "(0, 1e6]", "batch: rate", stage);
  parameter("init_overlap", &Parameters::init_overlap, "[-1, 1)",
            "overlap of every neuron at the start; -1: random", stage);
  parameter("slices", &Parameters::slices, "[2, 1e5]", "sir: slices of the labels", stage);
  parameter("spectral_end", &Parameters::spectral_end, {"auto", "largest", "smallest"},
            "spectral: end of the spectrum; auto: the one with the larger gap", stage);
  parameter("eig_tol", &Parameters::eig_tol, "(0, 0.01]", "spectral: relative residual of an eigenpair",
            stage);
  parameter("n_cal", &Parameters::n_cal, "[16, 1e9]", "labels that scale T and place the slices", stage);
  parameter("weak_threshold", &Parameters::weak_threshold, "(0, 1)", "overlap of a recovered neuron", stage);
  parameter("strong_threshold", &Parameters::strong_threshold, "(0, 1)", "overlap of frac_strong", stage);
  parameter("storage", &Parameters::storage, {"auto", "stored", "stream"},
            "inputs in memory, or made again at every pass; auto: in memory where they fit 60 % of it",
            "execution");
  parameter("precision", &Parameters::precision, {"double", "single"}, "single: inputs are rounded to float",
            "execution");
}

void Experiment::declare_second_stage() {
  auto const stage = "readout";
  parameter("n2", &Parameters::n2, "[0, 1e12]", "rows of the second stage; 0: first stage only", stage);
  parameter("weighting", &Parameters::weighting, {"none", "label", "surrogate", "oracle"},
            "weights of the second stage: 1, e^(y/beta2), e^(pilot fit/beta2), e^(true reward/beta2)", stage);
  parameter("beta2", &Parameters::beta2, "(0, 1e6]", "temperature of the second stage", stage);
  parameter("beta_deploy", &Parameters::beta_deploy, "[0, 1e6]",
            "temperature of the deployed policy; 0: beta2", stage);
  parameter("ridge", &Parameters::ridge, "(0, 1e6]", "penalty of the readout's coefficients", stage);
  parameter("bias2", &Parameters::bias2, "(0, 1e3]", "thresholds of its features are even on [-bias2, bias2]",
            stage);
  parameter("pilot_frac", &Parameters::pilot_frac, "(0, 1)",
            "surrogate: share of the rows that fit the pilot", stage);
  parameter("reward_clip", &Parameters::reward_clip, "(0, inf]", "cap of pilot and deployed reward", stage);
  parameter("n_eval", &Parameters::n_eval, "[8, 1e8]", "draws of the evaluation across the hidden direction",
            stage);
  parameter("adm_tol", &Parameters::adm_tol, "(0, 1)", "largest relative regret of an admissible temperature",
            stage);
}

void Experiment::declare_overlap_metrics() {
  auto const value = MetricKind::value;
  metric("overlap_mean", &Metrics::overlap_mean, value, "[0, 1]", "mean of |m_j| over the neurons")
      .prediction = "overlap";
  metric("overlap_best", &Metrics::overlap_best, value, "[0, 1]", "the largest |m_j|");
  metric("overlap_signed", &Metrics::overlap_signed, value, "[-1, 1]", "mean of s_j m_j").prediction =
      "overlap_signed_theory";
  metric("frac_recovered", &Metrics::frac_recovered, value, "[0, 1]",
         "share of neurons with |m_j| >= weak_threshold")
      .prediction = "frac_recovered_theory";
  metric("frac_strong", &Metrics::frac_strong, value, "[0, 1]", "share with |m_j| >= strong_threshold");
  metric("ess1_frac", &Metrics::ess1_frac, value, "(0, 1]", "effective share of the first stage's rows")
      .prediction = "ess1_frac_theory";
  metric("signal1_hat", &Metrics::signal1_hat, value, "(-inf, inf)", "mean(T z) / rms T").prediction =
      "signal1";
  metric("signal2_hat", &Metrics::signal2_hat, value, "(-inf, inf)", "mean(T (z^2 - 1)) / (sqrt 2 rms T)")
      .prediction = "signal2";
  metric("signal1_split", &Metrics::signal1_split, value, "(-inf, inf)",
         "squared first signal from two halves of the rows, without the truth");
  metric("eig_top", &Metrics::eig_top, value, "(-inf, inf)",
         "eigenvalue of the direction (sir: squared singular value)");
  metric("eig_gap", &Metrics::eig_gap, value, "[0, inf)", "its distance to the next one").prediction =
      "outlier_gap";
}

void Experiment::declare_policy_metrics() {
  auto const value = MetricKind::value;
  auto const reward = "reward";
  metric("ess2_frac", &Metrics::ess2_frac, value, "(0, 1]", "effective share of the final fit's rows")
      .prediction = "ess2_frac_theory";
  metric("value_hat", &Metrics::value_hat, value, "(-inf, inf)", "mean reward of the deployed policy",
         reward);
  metric("value_opt", &Metrics::value_opt, value, "(-inf, inf)", "mean reward of the best policy", reward)
      .prediction = "value_opt_theory";
  metric("value_ref", &Metrics::value_ref, value, "(-inf, inf)", "mean reward of the reference policy",
         reward)
      .prediction = "value_ref_theory";
  metric("value_gap", &Metrics::value_gap, value, "(-inf, inf)",
         "value_opt - value_hat; negative where it tilts harder", reward);
  metric("rel_value_gap", &Metrics::rel_value_gap, value, "(-inf, inf)",
         "value_gap / (value_opt - value_ref)");
  metric("kl_hat", &Metrics::kl_hat, value, "[0, inf)",
         "divergence of the deployed policy from the reference", "nat");
  metric("kl_opt", &Metrics::kl_opt, value, "[0, inf)", "divergence of the best policy", "nat").prediction =
      "kl_opt_theory";
  metric("regret", &Metrics::regret, value, "[0, inf)",
         "J* - J of the deployed policy, beta times its divergence from the best", reward)
      .prediction = "regret_theory";
  metric("rel_regret", &Metrics::rel_regret, value, "[0, inf)",
         "regret / (J* - value_ref); 1: no better than not deploying")
      .prediction = "rel_regret_theory";
  metric("net_gain", &Metrics::net_gain, value, "(-inf, inf)", "J of the deployed policy - value_ref",
         reward);
  metric("admissible", &Metrics::admissible, MetricKind::indicator, "[0, 1]",
         "regret <= adm_tol (J* - value_ref)")
      .prediction = "admissible_theory";
  metric("fit_var", &Metrics::fit_var, value, "[0, inf)",
         "variance of the reward's error under the reference");
  metric("tilted_var", &Metrics::tilted_var, value, "[0, inf)", "the same under the best policy");
  metric("regret_quadratic", &Metrics::regret_quadratic, value, "[0, inf)", "tilted_var / (2 beta)", reward);
  metric("proxy_tilted_var", &Metrics::proxy_tilted_var, value, "[0, inf)",
         "surrogate: tilted_var of the pilot");
  metric("identity_defect", &Metrics::identity_defect, value, "[0, inf)", "|(J* - J) - regret|, rounding",
         reward);
}

void Experiment::declare_first_predictions() {
  std::vector<std::string> const labels{
      "link",       "link_w1",   "link_w2", "link_a",      "link_b",           "link_k", "noise_std",
      "noise_kind", "transform", "beta1",   "weight_clip", "center_transform", "stage1"};
  theory("signals", labels, predict_signals);
  prediction("signal1", &Predictions::signal1, "E[T z] / rms T");
  prediction("signal2", &Predictions::signal2, "E[T h_2(z)] / rms T");
  prediction("signal3", &Predictions::signal3, "E[T h_3(z)] / rms T");
  prediction("signal4", &Predictions::signal4, "E[T h_4(z)] / rms T");
  prediction("ie_transform", &Predictions::ie_transform, "information exponent of E[T | z]; 99: above 6");
  prediction("ie_link", &Predictions::ie_link, "information exponent of the link");
  prediction("ess1_frac_theory", &Predictions::ess1_frac_theory, "(E w)^2 / E w^2");

  auto first = labels;
  first.insert(first.end(), {"d", "n1", "alpha1", "gamma1", "activation1", "bias1", "lr", "lr_schedule",
                             "init_overlap", "slices", "spectral_end", "weak_threshold"});
  theory("first_stage", first, predict_first_stage);
  prediction("overlap", &Predictions::overlap,
             "|m|: proportional limit of averages, label-weighted law, flow of online neurons");
  prediction("overlap_signed_theory", &Predictions::overlap_signed_theory, "online: mean of s m by the flow");
  prediction("frac_recovered_theory", &Predictions::frac_recovered_theory,
             "online: share of |m| >= weak_threshold");
  prediction("sir_signal", &Predictions::sir_signal, "sir: sum of p_h E[z | slice]^2");
  prediction("overlap_largest", &Predictions::overlap_largest, "spectral: overlap at the right end");
  prediction("overlap_smallest", &Predictions::overlap_smallest, "spectral: overlap at the left end");
  prediction("outlier_gap", &Predictions::outlier_gap, "spectral: distance of the outlier from the bulk");

  auto readout = labels;
  readout.insert(readout.end(),
                 {"d",         "n1",          "alpha1",       "gamma1", "activation1",  "bias1",
                  "lr",        "lr_schedule", "init_overlap", "slices", "spectral_end", "weak_threshold",
                  "n_neurons", "n2",          "weighting",    "beta2",  "beta_deploy",  "ridge",
                  "bias2",     "pilot_frac",  "reward_clip",  "adm_tol"});
  theory("readout", readout, predict_readout);
  prediction("ess2_frac_theory", &Predictions::ess2_frac_theory, "(E w)^2 / E w^2 of the second stage");
  prediction("regret_bias", &Predictions::regret_bias,
             "regret of the population's fit on features of the predicted overlap");
  prediction("regret_var", &Predictions::regret_var,
             "what a finite sample adds, tr(Cov(a) Cov_pi*(psi)) / (2 beta)");
  prediction("regret_theory", &Predictions::regret_theory, "regret_bias + regret_var");
  prediction("rel_regret_theory", &Predictions::rel_regret_theory, "regret_theory / (J* - value_ref)");
  prediction("admissible_theory", &Predictions::admissible_theory,
             "regret_theory <= adm_tol (J* - value_ref)");
  prediction("regret_theory_valid", &Predictions::regret_theory_valid,
             "1 where the expansion holds: enough effective rows, no weight where there are none");
  prediction("proxy_coverage", &Predictions::proxy_coverage,
             "surrogate: what its weights add to the coverage");
}

void Experiment::declare_policy_predictions() {
  theory("optimum",
         {"link", "link_w1", "link_w2", "link_a", "link_b", "link_k", "n2", "beta2", "beta_deploy"},
         predict_optimum);
  prediction("value_opt_theory", &Predictions::value_opt_theory, "mean reward of the best policy");
  prediction("value_ref_theory", &Predictions::value_ref_theory, "mean reward of the reference policy");
  prediction("kl_opt_theory", &Predictions::kl_opt_theory, "divergence of the best policy");
  prediction("j_opt", &Predictions::j_opt, "J* = beta log E e^(r/beta)");
  prediction("coverage", &Predictions::coverage, "E e^(2r/beta) / (E e^(r/beta))^2");
}

void Experiment::declare_artifacts() {
  artifact("overlaps", {"neuron"}, "m_j");
  artifact("direction", {"coordinate"}, "v, where all neurons are s_j v");
  artifact("weights", {"coordinate", "neuron"}, "first-layer rows w_j, a column each");
  artifact("eigenvalues", {"eigenpair"}, "spectral: the eigenvalues at the chosen end");
  artifact("learning_curve", {"checkpoint", "curve_column"}, "online: rows used, mean |m_j|");
  artifact("readout", {"coefficient"}, "a0, a_1 .. a_N");
  artifact("profile", {"place", "profile_column"},
           "along the hidden direction: place, learned and true reward, learned and best density");
}

void Experiment::check(Parameters const& point, study::Verdict& verdict) const {
  refuse_invalid(point, verdict);
  name_inert(point, verdict, description());
  warn_of_surprises(point, verdict);
}

study::Cost Experiment::cost(std::size_t stage, Parameters const& point,
                             study::Resources const& resources) const {
  return stage_cost(stage, point, resources);
}

Metrics Experiment::applicable(Parameters const& point) const {
  return applicable_metrics(point);
}

std::unique_ptr<study::StageResult> Experiment::run_stage(std::size_t stage, study::StageResult const* before,
                                                          std::span<Parameters const> points,
                                                          study::Team& team) const {
  if (stage == 0) return std::make_unique<DataStage>(points, team);
  if (stage == 1) return std::make_unique<FeatureStage>(points, dynamic_cast<DataStage const&>(*before));
  throw std::logic_error("reward_single_index has no such stage before its measurement");
}

study::Outcome Experiment::measure(study::StageResult const* before, Parameters const& point,
                                   study::Team& team, Metrics& metrics) const {
  measure_point(point, dynamic_cast<FeatureStage const&>(*before), team, metrics);
  return study::Outcome::ok;
}

}  // namespace thresher::reward_single_index
