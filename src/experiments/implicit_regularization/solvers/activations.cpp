#include "experiments/implicit_regularization/solvers/activations.hpp"

#include "numerics/exponentials.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

namespace {

/// Below this the series has more digits than the exponential.
constexpr double kSmall = 0.03;

/// tanh x to x^9, for |x| <= kSmall.
double series(double x) {
  double const s = x * x;
  return x * (1 + s * (-1.0 / 3 + s * (2.0 / 15 + s * (-17.0 / 315 + s * (62.0 / 2835)))));
}

}  // namespace

void relu(std::span<double> h, std::span<double> slope) {
  for (std::size_t k = 0; k < h.size(); ++k) {
    slope[k] = h[k] > 0 ? 1.0 : 0.0;
    h[k] = h[k] > 0 ? h[k] : 0.0;
  }
}

void hyperbolic_tangent(std::span<double> h, std::span<double> slope, numerics::AlignedVector& scratch) {
  if (scratch.size() < h.size()) scratch.resize(h.size());
  auto const e = std::span(scratch).first(h.size());
  for (std::size_t k = 0; k < h.size(); ++k) e[k] = -2 * std::abs(h[k]);
  numerics::exponentials_in_place(e);
  for (std::size_t k = 0; k < h.size(); ++k) {
    double const x = h[k];
    double const q = 1 / (1 + e[k]);
    double const far = std::copysign((1 - e[k]) * q, x);
    h[k] = std::abs(x) < kSmall ? series(x) : far;
    slope[k] = 4 * e[k] * q * q;  // 1 / cosh^2
  }
}

}  // namespace thresher::implicit_regularization
