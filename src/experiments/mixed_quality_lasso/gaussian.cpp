#include "experiments/mixed_quality_lasso/gaussian.hpp"

#include <cmath>
#include <numbers>

namespace thresher::mixed_quality_lasso {

namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;

/// Laplace's continued fraction of the Mills ratio, Q(x)/phi(x) = 1/(x + 1/(x + 2/(x + 3/(x + ...)))), from
/// its level `first` on: first/(x + (first+1)/(x + ...)). `terms` levels are kept.
double mills_fraction(double x, int first, int terms) {
  double fraction = 0;
  for (int level = first + terms - 1; level >= first; --level) fraction = level / (x + fraction);
  return fraction;
}

}  // namespace

double normal_density(double x) {
  return std::exp(-0.5 * x * x - kHalfLogTwoPi);
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

double normal_upper_tail(double x) {
  return 0.5 * std::erfc(x / std::numbers::sqrt2);
}

double log_normal_cdf(double x) {
  return x > 0 ? std::log1p(-normal_upper_tail(x)) : log_normal_upper_tail(-x);
}

double log_normal_upper_tail(double x) {
  if (x < 0) return std::log1p(-normal_upper_tail(-x));
  if (x < 30) return std::log(normal_upper_tail(x));
  // erfc underflows from x = 38 on.
  return -0.5 * x * x - kHalfLogTwoPi - std::log(x + mills_fraction(x, 1, 10));
}

double log_normal_central(double x) {
  double const scaled = x / std::numbers::sqrt2;
  return x < 1 ? std::log(std::erf(scaled)) : std::log1p(-std::erfc(scaled));
}

double null_threshold_risk(double x) {
  if (x < 3) return 2 * ((1 + x * x) * normal_upper_tail(x) - x * normal_density(x));
  // The two terms cancel to 2/x^4 of their size. With the levels c = 1/(x + d), d = 2/(x + ...) of the
  // continued fraction the difference is phi d/((x + c)(x + d)), all of one sign.
  double const d = mills_fraction(x, 2, 40);
  double const c = 1 / (x + d);
  return 2 * normal_density(x) * d / ((x + c) * (x + d));
}

}  // namespace thresher::mixed_quality_lasso
