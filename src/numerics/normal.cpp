#include "numerics/normal.hpp"

#include <boost/math/special_functions/erf.hpp>

#include <cmath>
#include <numbers>

namespace thresher::numerics {

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

double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p);
}

double mills_fraction(double x, int first, int terms) {
  double fraction = 0;
  for (int level = first + terms - 1; level >= first; --level) fraction = level / (x + fraction);
  return fraction;
}

}  // namespace thresher::numerics
