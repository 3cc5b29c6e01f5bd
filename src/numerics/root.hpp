#pragma once

#include <cmath>
#include <limits>

namespace thresher::numerics {

/// Root of `f` between `a` and `b`, at which it has opposite signs, to within `tolerance` (Chandrupatla 1997:
/// inverse quadratic interpolation where that is safe, else bisection); NaN where the signs are equal.
/// Infinite values of f are bisected away, at which the root finders of libraries (TOMS 748, Brent) stumble.
template <class Function>
double bracketed_root(Function f, double a, double b, double tolerance) {
  double value_a = f(a), value_b = f(b);
  if (value_a == 0) return a;
  if (value_b == 0) return b;
  if ((value_a > 0) == (value_b > 0)) return std::numeric_limits<double>::quiet_NaN();
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
/// down to the lowest point, +infinity where it is not up to the highest, NaN where guess and range are not
/// finite.
template <class Function>
double increasing_root(Function f, SearchRange range, double tolerance) {
  double const infinity = std::numeric_limits<double>::infinity();
  if (!std::isfinite(range.guess) || !std::isfinite(range.lowest) || !std::isfinite(range.highest))
    return std::numeric_limits<double>::quiet_NaN();
  double stride = 0.25;
  double lower = range.guess, upper = range.guess;
  if (f(range.guess) > 0) {
    lower -= stride;
    while (f(lower) > 0) {
      if (!(lower >= range.lowest)) return -infinity;
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

/// The ends of an interval.
struct Bracket {
  double lower;
  double upper;
  double middle() const { return 0.5 * (lower + upper); }
};

/// Where a condition that fails at the lower end and holds at the upper one begins to hold: the bracket,
/// halved so many times. For conditions without a sign to interpolate (counts that are rounded, 0/1 answers);
/// where there is one `bracketed_root` takes a fifth of the evaluations.
template <class Condition>
Bracket bisect(Condition holds, Bracket bracket, int halvings) {
  for (int halving = 0; halving < halvings; ++halving) {
    double const middle = bracket.middle();
    (holds(middle) ? bracket.upper : bracket.lower) = middle;
  }
  return bracket;
}

}  // namespace thresher::numerics
