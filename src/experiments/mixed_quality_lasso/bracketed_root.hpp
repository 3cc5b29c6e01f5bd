#pragma once

#include <cmath>
#include <limits>

namespace thresher::mixed_quality_lasso {

/// Root of `f` between `a` and `b`, at which it has opposite signs, to within `tolerance` (Chandrupatla 1997:
/// inverse quadratic interpolation where that is safe, else bisection). Infinite values of f are bisected
/// away.
template <class Function>
double bracketed_root(Function f, double a, double b, double tolerance) {
  double value_a = f(a), value_b = f(b);
  if (value_a == 0) return a;
  if (value_b == 0) return b;
  double fraction = 0.5;
  for (int step = 0; step < 200; ++step) {
    double const x = a + fraction * (b - a);
    double const value = f(x);
    double c = a, value_c = value_a;
    if ((value > 0) != (value_a > 0)) {
      c = b;
      value_c = value_b;
      b = a;
      value_b = value_a;
    }
    a = x;
    value_a = value;
    double const least = tolerance / std::abs(b - a);
    if (value == 0 || least > 0.5) break;
    double const xi = (a - b) / (c - b);
    double const phi = (value_a - value_b) / (value_c - value_b);
    bool const interpolates = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    fraction = interpolates
                   ? value_a / (value_b - value_a) * value_c / (value_b - value_c) +
                         (c - a) / (b - a) * value_a / (value_c - value_a) * value_b / (value_c - value_b)
                   : 0.5;
    fraction = std::fmin(1 - least, std::fmax(least, fraction));
  }
  return std::abs(value_a) < std::abs(value_b) ? a : b;
}

/// Where to look for a root.
struct SearchRange {
  double guess;
  double lowest;
  double highest;
};

/// Root of an increasing `f`, bracketed from the guess by strides that double. -infinity where f is positive
/// down to the lowest point, +infinity where it is not up to the highest.
template <class Function>
double increasing_root(Function f, SearchRange range, double tolerance) {
  double const infinity = std::numeric_limits<double>::infinity();
  double stride = 0.25;
  double lower = range.guess, upper = range.guess;
  if (f(range.guess) > 0) {
    lower -= stride;
    while (f(lower) > 0) {
      if (lower < range.lowest) return -infinity;
      upper = lower;
      stride *= 2;
      lower -= stride;
    }
  } else {
    upper += stride;
    while (!(f(upper) > 0)) {
      if (!(upper <= range.highest)) return infinity;
      lower = upper;
      stride *= 2;
      upper += stride;
    }
  }
  return bracketed_root(f, lower, upper, tolerance);
}

}  // namespace thresher::mixed_quality_lasso
