#include "numerics/log_binomial.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thresher::numerics {

namespace {

/// log n! - log(sqrt(2 pi n) (n/e)^n), n >= 1 (Loader 2000, "Fast and accurate computation of binomial
/// probabilities").
double stirling_error(double n) {
  if (n < 16) return std::lgamma(n + 1) - (0.5 * std::log(2 * std::numbers::pi * n) + n * std::log(n) - n);
  double const inverse_square = 1 / (n * n);
  return (1.0 / 12 - (1.0 / 360 -
                      (1.0 / 1260 - (1.0 / 1680 - inverse_square / 1188) * inverse_square) * inverse_square) *
                         inverse_square) /
         n;
}

}  // namespace

double log_binomial(double n, double k) {
  k = std::min(k, n - k);
  if (k == 0) return 0;
  double const rest = n - k;
  return k * std::log(n / k) - rest * std::log1p(-k / n) +
         0.5 * std::log(n / (2 * std::numbers::pi * k * rest)) + stirling_error(n) - stirling_error(k) -
         stirling_error(rest);
}

}  // namespace thresher::numerics
