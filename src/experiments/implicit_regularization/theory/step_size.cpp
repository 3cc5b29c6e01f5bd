#include "experiments/implicit_regularization/theory/step_size.hpp"

#include <cassert>
#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

/// (exp(-x) - 1 + x) / x, x >= 0: by its series where the terms would cancel.
double relative_defect(double x) {
  if (x > 0.1) return (std::expm1(-x) + x) / x;
  double term = x / 2, sum = 0;
  for (int power = 3; power < 14; ++power) {
    sum += term;
    term *= -x / power;
  }
  return sum;
}

}  // namespace

double step_size_ratio(double eta, std::span<double const> s, std::span<double const> e) {
  assert(s.size() == e.size());
  double seen = 0, squares = 0;
  for (std::size_t j = 0; j < s.size(); ++j) {
    if (s[j] <= 0) continue;
    seen += relative_defect(eta * s[j]) * s[j] * e[j];
    squares += s[j] * s[j] * e[j];
  }
  return 2 / eta * seen / squares;
}

}  // namespace thresher::implicit_regularization
