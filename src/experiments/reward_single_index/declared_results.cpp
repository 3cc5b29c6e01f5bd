#include "experiments/reward_single_index/experiment.hpp"

namespace thresher::reward_single_index {

using study::MetricKind;

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

void Experiment::declare_own_metrics() {
  auto const value = MetricKind::value;
  auto const reward = "reward";
  metric("heldout_error", &Metrics::heldout_error, value, "[0, inf)",
         "input: mean squared error on held-out rows under the weights of the fit");
  metric("heldout_nmse", &Metrics::heldout_nmse, value, "[0, inf)",
         "its share of the labels' variance under these weights")
      .may_be_undefined = true;
  metric("behaviour_value", &Metrics::behaviour_value, value, "(-inf, inf)",
         "input: mean label of the held-out rows", reward);
  metric("offpolicy_value", &Metrics::offpolicy_value, value, "(-inf, inf)",
         "input: value of the deployed policy, self-normalised; none below 30 effective rows", reward)
      .may_be_undefined = true;
  metric("offpolicy_se", &Metrics::offpolicy_se, value, "[0, inf)", "its standard error", reward)
      .may_be_undefined = true;
  metric("offpolicy_ess", &Metrics::offpolicy_ess, value, "[0, inf)",
         "its effective number of held-out rows");
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
  artifact("direction", {"coordinate"},
           "v, where all neurons are s_j v (of standardised inputs, if they are)");
  artifact("column_scaling", {"coordinate", "scaling_column"},
           "input, standardised: mean and standard deviation of every column");
  artifact("weights", {"coordinate", "neuron"}, "first-layer rows w_j, a column each");
  artifact("eigenvalues", {"eigenpair"}, "spectral: the eigenvalues at the chosen end");
  artifact("learning_curve", {"checkpoint", "curve_column"}, "online: rows used, mean |m_j|");
  artifact("readout", {"coefficient"}, "a0, a_1 .. a_N");
  artifact("profile", {"place", "profile_column"},
           "along the hidden direction: place, learned and true reward, learned and best density");
  artifact("offpolicy_values", {"temperature", "offpolicy_column"},
           "input: temperature, value of the policy, standard error, effective rows");
}

}  // namespace thresher::reward_single_index
