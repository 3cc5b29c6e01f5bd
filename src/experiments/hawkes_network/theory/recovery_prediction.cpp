#include "experiments/hawkes_network/theory/recovery_prediction.hpp"

#include "experiments/hawkes_network/model/setting.hpp"
#include "experiments/hawkes_network/theory/second_order.hpp"
#include "numerics/normal.hpp"
#include "numerics/quadrature.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::hawkes_network {

double clip_factor(double mean, double clip) {
  if (clip > 40) return 1;
  double probability = std::exp(-mean);
  double below = 0;
  double first = 0;
  double second = 0;
  for (double k = 0; k < clip; ++k) {
    below += probability;
    first += k * probability;
    second += k * k * probability;
    probability *= mean / (k + 1);
  }
  first += clip * (1 - below);
  second += clip * clip * (1 - below);
  return below * std::sqrt(mean / (second - first * first));
}

double upper_orthant(double x, double y, double r) {
  static auto const rule = numerics::gauss_legendre(200);
  double const from = std::max(x, -9.0);
  double const to = std::max(from + 14, 9.0);
  double const spread = std::sqrt(1 - r * r);
  return (to - from) * rule.average([&](double part) {
    double const u = from + (to - from) * part;
    return numerics::normal_density(u) * numerics::normal_upper_tail((y - r * u) / spread);
  });
}

LocalSignal signal_of(Parameters const& point) {
  double const width = point.bin_width / point.beta;
  double const a0 = point.self_weight;
  double const alpha = point.alpha;
  auto const rates = local_rates(point);
  linalg::DenseMatrix weights(2, 2);  // parent, child
  weights(0, 0) = weights(1, 1) = a0;
  weights(1, 0) = alpha;
  double const baselines[] = {(1 - a0) * rates.source, (1 - a0) * rates.target - alpha * rates.source};
  SecondOrder const local(weights, baselines, point.beta);

  double signal = 0;
  double squares = 0;
  double response = 0;
  for (int lag = 1; lag <= static_cast<int>(point.screen_lags); ++lag) {
    double const weight = std::exp(-point.bin_width * (lag - 1));
    signal += weight * local.bin_covariance(width, lag)(1, 0);
    squares += weight * weight;
    response += weight * bin_response(point.bin_width) * weight;
  }
  auto const same_bin = local.same_bin_covariance(width);
  double const clip = static_cast<double>(point.clip);
  double const clipped = clip_factor(rates.source * width, clip) * clip_factor(rates.target * width, clip);
  double const mean_rate = signal * clipped / (alpha * std::sqrt(same_bin(0, 0) * same_bin(1, 1) * squares));

  auto const& filters = local.filter_covariance();
  double const partial = filters(0, 0) - filters(0, 1) * filters(0, 1) / filters(1, 1);
  double const third = point.beta * point.beta * rates.source * (2 + a0) / (6 * (1 - a0) * (1 - a0));
  LocalSignal result;
  result.eta_screen = mean_rate * mean_rate / width;
  result.eta_null = partial / rates.target;
  result.curvature = third / (partial * partial);
  result.eta_ls = 1 / (1 / result.eta_null + result.curvature * alpha);
  result.null_correlation =
      std::min(0.999, response / std::sqrt(squares) * clipped / std::sqrt(point.bin_width / 2));
  return result;
}

namespace {

/// The weight whose score at its own standard error is sqrt(y T).
double boundary_weight(LocalSignal const& signal, double y) {
  double const yq = y * signal.curvature;
  return 0.5 * (yq + std::sqrt(yq * yq + 4 * y / signal.eta_null));
}

}  // namespace

PredictedRecovery recovery_at(Parameters const& point, LocalSignal const& signal, double horizon) {
  double const by_screen = std::sqrt(horizon * signal.eta_screen);
  double const by_fit = std::sqrt(horizon * signal.eta_ls);
  double const z_edge = edge_level(point);
  double on_edges = boundary_weight(signal, z_edge * z_edge / horizon) * by_fit;
  double elsewhere = z_edge;
  if (point.edge_rule == EdgeRule::alpha) {
    on_edges = point.tau * point.alpha * by_fit;
    elsewhere = point.tau * point.alpha * std::sqrt(horizon * signal.eta_null);
  }
  PredictedRecovery result;
  result.screen_edge_mean = point.alpha * by_screen;
  result.ls_edge_mean = point.alpha * by_fit;
  double const z_screen = screening_level(point);
  double const r = signal.null_correlation;
  result.true_positives =
      upper_orthant(z_screen - result.screen_edge_mean, on_edges - result.ls_edge_mean, r);
  double const null_positive = upper_orthant(z_screen, elsewhere, r);
  double const pairs = pair_count(point);
  double const edges = static_cast<double>(point.s) * static_cast<double>(target_count(point));
  result.false_positives = null_positive * pairs;
  double const log_edges = edges > 0 ? edges * std::log(std::min(1.0, result.true_positives)) : 0;
  result.exact = std::exp(log_edges + (pairs - edges) * std::log1p(-null_positive));
  return result;
}

double median_horizon(Parameters const& point, LocalSignal const& signal) {
  double const lowest = std::log(1e-2);
  double const highest = std::log(1e12);
  auto const reached = [&](double log_horizon) {
    return recovery_at(point, signal, std::exp(log_horizon)).exact >= 0.5;
  };
  if (reached(lowest) || !reached(highest)) return std::numeric_limits<double>::quiet_NaN();
  return std::exp(numerics::bisect(reached, {lowest, highest}, 50).middle());
}

double limiting_constant(Parameters const& point, LocalSignal const& signal) {
  double const by_screen = 8 / (point.alpha * point.alpha * signal.eta_screen);
  auto const excess = [&](double log_y) {
    double const y = std::exp(log_y);
    return (point.alpha - boundary_weight(signal, 4 / y)) * std::sqrt(y * signal.eta_ls) - std::sqrt(2.0);
  };
  double const by_fit = std::exp(numerics::increasing_root(
      excess, {.guess = std::log(by_screen), .lowest = -60, .highest = 200}, 1e-13));
  return std::max(by_screen, by_fit);
}

}  // namespace thresher::hawkes_network
