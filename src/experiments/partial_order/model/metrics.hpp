#pragma once

#include "study/experiment.hpp"

namespace thresher::partial_order {

/// What is measured in a trial; NaN where it does not apply. Meanings are declared in experiment.cpp.
struct Metrics {
  double closure_precision = study::kUndefined;
  double closure_recall = study::kUndefined;
  double closure_f1 = study::kUndefined;
  double closure_tp = study::kUndefined;
  double closure_fp = study::kUndefined;
  double closure_f1_hard = study::kUndefined;
  double cover_precision = study::kUndefined;
  double cover_recall = study::kUndefined;
  double cover_f1 = study::kUndefined;
  double shd = study::kUndefined;
  double pair_error = study::kUndefined;
  double exact_recovery = study::kUndefined;
  double edge_brier = study::kUndefined;
  double edge_ece = study::kUndefined;
  double edge_auc = study::kUndefined;
  double heldout_loglik = study::kUndefined;
  double heldout_loglik_point = study::kUndefined;
  double heldout_excess = study::kUndefined;
  double feasible_recall = study::kUndefined;
  double infeasible_detect = study::kUndefined;
  double fidelity_mae = study::kUndefined;
  double fidelity_max = study::kUndefined;
  double accept_rate = study::kUndefined;
  double rhat = study::kUndefined;
  double ess = study::kUndefined;
  double elbo = study::kUndefined;
  double log_posterior = study::kUndefined;
  double rho_hat = study::kUndefined;
  double beta_hat = study::kUndefined;
  double epsilon_hat = study::kUndefined;
  double ip_cov = study::kUndefined;
  double coverage = study::kUndefined;
  double pair_coverage = study::kUndefined;
  double relation_density = study::kUndefined;
  double maximal_items = study::kUndefined;
  double relaxation_gap = study::kUndefined;
  double soft_hard_max = study::kUndefined;
  double soft_hard_bound = study::kUndefined;
  double raw_threshold_tp = study::kUndefined;
  double raw_threshold_fp = study::kUndefined;
  double threshold_chosen = study::kUndefined;
  double pred_intersection_tp = study::kUndefined;
  double pred_intersection_fp = study::kUndefined;
  double pred_threshold_tp = study::kUndefined;
  double pred_threshold_fp = study::kUndefined;
  double pred_ip_cov = study::kUndefined;
  double pred_margin = study::kUndefined;
  double pred_intersection_exact = study::kUndefined;
  double pred_search_exact = study::kUndefined;
  double pred_n_half = study::kUndefined;
  double chernoff_min = study::kUndefined;
  double kl_min = study::kUndefined;
  double evaluations = study::kUndefined;
  double seconds = study::kUndefined;
};

}  // namespace thresher::partial_order
