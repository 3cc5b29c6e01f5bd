#include "experiments/reward_single_index/theory/predictions.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/theory/label_averages.hpp"
#include "experiments/reward_single_index/theory/online_flow.hpp"
#include "experiments/reward_single_index/theory/optimum.hpp"
#include "experiments/reward_single_index/theory/readout_law.hpp"
#include "experiments/reward_single_index/theory/slice_law.hpp"
#include "experiments/reward_single_index/theory/spectral_law.hpp"

#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr int kPoints = 24001;

/// Overlap of the average of n1 rows of T x in the proportional limit, of which `square` is the squared
/// first-order signal.
double averaging_overlap(Parameters const& point, double square) {
  double const q = static_cast<double>(first_rows(point)) / static_cast<double>(point.d) * square;
  return std::sqrt(q / (1 + q));
}

}  // namespace

// Nothing is known of the law of the user's data.
void predict_signals(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  RewardLink const link(point);
  auto const averages = label_averages(point, link, kPoints);
  auto const signals = averages.signals(4);
  predictions.signal1 = signals[0];
  predictions.signal2 = signals[1];
  predictions.signal3 = signals[2];
  predictions.signal4 = signals[3];
  predictions.ie_transform = information_exponent(averages);
  predictions.ie_link = information_exponent(link);
  predictions.ess1_frac_theory = averages.weight_efficiency;
}

void predict_first_stage(Parameters const& point, Predictions& predictions) {
  if (point.input != nullptr) return;
  RewardLink const link(point);
  switch (point.stage1) {
    case FirstStage::online: {
      auto const online = online_prediction(point, link);
      predictions.overlap = online.overlap;
      predictions.overlap_signed_theory = online.overlap_signed;
      predictions.frac_recovered_theory = online.recovered;
      return;
    }
    case FirstStage::moment1: {
      double const signal = label_averages(point, link, kPoints).signals(1)[0];
      predictions.overlap = averaging_overlap(point, signal * signal);
      return;
    }
    case FirstStage::sir:
      predictions.sir_signal = slice_signal(point, link);
      predictions.overlap = averaging_overlap(point, predictions.sir_signal);
      return;
    case FirstStage::spectral: {
      auto const spectral = spectral_prediction(point, link);
      predictions.overlap = spectral.overlap;
      predictions.overlap_largest = spectral.largest;
      predictions.overlap_smallest = spectral.smallest;
      predictions.outlier_gap = spectral.gap;
      return;
    }
    case FirstStage::batch:
    case FirstStage::random:
    case FirstStage::oracle:
      return;
  }
}

void predict_optimum(Parameters const& point, Predictions& predictions) {
  if (point.n2 == 0 || point.input != nullptr) return;
  double const beta = deployment_temperature(point);
  auto const best = optimum(RewardLink(point), beta);
  predictions.value_opt_theory = best.value;
  predictions.value_ref_theory = best.reference;
  predictions.kl_opt_theory = best.divergence(beta);
  predictions.j_opt = best.objective(beta);
  predictions.coverage = best.coverage;
}

void predict_readout(Parameters const& point, Predictions& predictions) {
  if (point.n2 == 0 || point.input != nullptr) return;
  double overlap = 1;
  switch (point.stage1) {
    case FirstStage::oracle:
      break;
    case FirstStage::moment1:
    case FirstStage::sir:
    case FirstStage::spectral: {
      Predictions first;
      predict_first_stage(point, first);
      overlap = first.overlap;
      break;
    }
    default:
      return;
  }
  RewardLink const link(point);
  auto const readout = readout_prediction(point, link, overlap);
  auto const best = optimum(link, deployment_temperature(point));
  double const gain = best.objective(deployment_temperature(point)) - best.reference;
  predictions.ess2_frac_theory = readout.weight_efficiency;
  predictions.regret_bias = readout.regret_bias;
  predictions.regret_var = readout.regret_variance;
  predictions.regret_theory = readout.regret();
  predictions.rel_regret_theory = readout.regret() / gain;
  predictions.admissible_theory = readout.regret() <= point.adm_tol * gain ? 1 : 0;
  predictions.regret_theory_valid = readout.valid ? 1 : 0;
  if (point.weighting == Weighting::surrogate) predictions.proxy_coverage = readout.proxy_coverage;
}

}  // namespace thresher::reward_single_index
