#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>

/// Functions of exponentials that neither overflow nor lose their small values.
namespace thresher::numerics {

/// log(1 + exp(x)).
inline double softplus(double x) {
  return std::fmax(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

/// 1 / (1 + exp(-x)).
inline double logistic(double x) {
  double const small = std::exp(-std::abs(x));
  return (x >= 0 ? 1.0 : small) / (1 + small);
}

/// log(1 - exp(x)) for x <= 0 (Maechler 2012: expm1 close to 0, log1p far from it); -infinity at 0.
inline double log1mexp(double x) {
  return x > -std::numbers::ln2 ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x));
}

/// log(sum_i exp(x_i)), added in the order of the entries; -infinity for none.
inline double log_sum_exp(std::span<double const> x) {
  if (x.empty()) return -std::numeric_limits<double>::infinity();
  double const largest = *std::max_element(x.begin(), x.end());
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (double const value : x) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

}  // namespace thresher::numerics
