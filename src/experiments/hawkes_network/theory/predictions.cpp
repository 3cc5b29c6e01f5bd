#include "experiments/hawkes_network/theory/predictions.hpp"

#include "experiments/hawkes_network/model/setting.hpp"
#include "experiments/hawkes_network/theory/information.hpp"
#include "experiments/hawkes_network/theory/recovery_prediction.hpp"

namespace thresher::hawkes_network {

void predict_levels(Parameters const& point, Predictions& predictions) {
  predictions.horizon = horizon(point);
  predictions.z_screen = screening_level(point);
  predictions.z_edge = edge_level(point);
}

void predict_process(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  predictions.kappa = load(point);
  predictions.burn_in = burn_in(point);
  auto const rates = local_rates(point);
  predictions.rate_source = rates.source;
  predictions.rate_target = rates.target;
}

void predict_signal(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  auto const signal = signal_of(point);
  predictions.eta_screen = signal.eta_screen;
  predictions.eta_ls = signal.eta_ls;
  predictions.null_corr = signal.null_correlation;
}

void predict_recovery(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  auto const recovery = recovery_at(point, signal_of(point), horizon(point));
  predictions.screen_edge_mean = recovery.screen_edge_mean;
  predictions.ls_edge_mean = recovery.ls_edge_mean;
  predictions.p_exact_pred = recovery.exact;
  predictions.tpr_pred = recovery.true_positives;
  predictions.fp_pred = recovery.false_positives;
}

void predict_transition(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  auto const signal = signal_of(point);
  predictions.t50_pred = median_horizon(point, signal);
  predictions.c_star = limiting_constant(point, signal);
}

void predict_bounds(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  auto const rates = information_rates(point);
  predictions.kl_pair = rates.pair;
  predictions.kl_parent = rates.parent;
  predictions.bhatt = rates.bhattacharyya;
  predictions.t_fano = fano_horizon(point, rates);
  predictions.p_exact_fano = fano_bound(point, rates, horizon(point));
}

void predict_decoder(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  auto const rates = information_rates(point);
  predictions.t_map = decoder_horizon(point, rates);
  predictions.p_map_pred = decoder_success(point, rates, horizon(point));
}

}  // namespace thresher::hawkes_network
