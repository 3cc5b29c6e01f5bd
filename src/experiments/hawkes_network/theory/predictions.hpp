#pragma once

#include "experiments/hawkes_network/model/parameters.hpp"
#include "study/experiment.hpp"

namespace thresher::hawkes_network {

/// What theory and plain arithmetic say of a point. Meanings are declared in experiment.cpp.
struct Predictions {
  double horizon = study::kUndefined;
  double z_screen = study::kUndefined;
  double z_edge = study::kUndefined;
  double kappa = study::kUndefined;
  double burn_in = study::kUndefined;
  double rate_target = study::kUndefined;
  double rate_source = study::kUndefined;
  double eta_screen = study::kUndefined;
  double eta_ls = study::kUndefined;
  double null_corr = study::kUndefined;
  double screen_edge_mean = study::kUndefined;
  double ls_edge_mean = study::kUndefined;
  double p_exact_pred = study::kUndefined;
  double tpr_pred = study::kUndefined;
  double fp_pred = study::kUndefined;
  double t50_pred = study::kUndefined;
  double c_star = study::kUndefined;
  double kl_pair = study::kUndefined;
  double kl_parent = study::kUndefined;
  double bhatt = study::kUndefined;
  double t_fano = study::kUndefined;
  double p_exact_fano = study::kUndefined;
  double t_map = study::kUndefined;
  double p_map_pred = study::kUndefined;
};

/// Horizon and levels, also of the user's data.
void predict_levels(Parameters const& point, Predictions& predictions);
/// The others are silent on the user's data.
void predict_process(Parameters const& point, Predictions& predictions);
void predict_signal(Parameters const& point, Predictions& predictions);
void predict_recovery(Parameters const& point, Predictions& predictions);
void predict_transition(Parameters const& point, Predictions& predictions);
void predict_bounds(Parameters const& point, Predictions& predictions);
void predict_decoder(Parameters const& point, Predictions& predictions);

}  // namespace thresher::hawkes_network
