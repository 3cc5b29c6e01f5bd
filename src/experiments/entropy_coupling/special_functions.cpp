#include "experiments/entropy_coupling/special_functions.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

namespace thresher::entropy_coupling {

double digamma(double x) {
  double shift = 0;
  for (; x < 10; x += 1) shift -= 1 / x;  // psi(x) = psi(x + 1) - 1/x
  // Asymptotic series, DLMF 5.11.2.
  double const inverse = 1 / (x * x);
  double const series =
      inverse *
      (1. / 12 - inverse * (1. / 120 - inverse * (1. / 252 - inverse * (1. / 240 - inverse / 132))));
  return shift + std::log(x) - 0.5 / x - series;
}

double beta_distribution(double x, double a, double b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - beta_distribution(1 - x, b, a);
  double const front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x)) /
      a;
  // Continued fraction, DLMF 8.17.22, by the modified method of Lentz.
  constexpr double kTiny = 1e-300;
  double c = 1;
  double d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double value = d;
  for (int step = 1; step < 10000; ++step) {
    double const even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step));
    double const odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1));
    double change = 1;
    for (double const numerator : {even, odd}) {
      d = 1 + numerator * d;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1 + numerator / c;
      if (std::abs(c) < kTiny) c = kTiny;
      change = c * d;
      value *= change;
    }
    if (std::abs(change - 1) < std::numeric_limits<double>::epsilon()) break;
  }
  return front * value;
}

namespace {

constexpr std::size_t kNodes = 200;

struct Rule {
  std::array<double, kNodes> nodes;
  std::array<double, kNodes> weights;
};

// Newton's iteration on the Legendre polynomial from Tricomi's approximation of its zeros.
Rule gauss_legendre() {
  Rule rule{};
  auto const n = static_cast<double>(kNodes);
  for (std::size_t j = 0; j < kNodes; ++j) {
    double x = std::cos(std::numbers::pi * (static_cast<double>(j) + 0.75) / (n + 0.5));
    double slope = 0;
    for (int step = 0; step < 100; ++step) {
      double before = 1;
      double value = x;
      for (std::size_t k = 2; k <= kNodes; ++k) {
        auto const order = static_cast<double>(k);
        double const next = ((2 * order - 1) * x * value - (order - 1) * before) / order;
        before = value;
        value = next;
      }
      slope = n * (x * value - before) / (x * x - 1);
      double const change = value / slope;
      x -= change;
      if (std::abs(change) < 1e-15) break;
    }
    rule.nodes[j] = (1 - x) / 2;
    rule.weights[j] = 1 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

}  // namespace

double integrate_unit_interval(std::function<double(double)> const& f) {
  static Rule const rule = gauss_legendre();
  double sum = 0;
  for (std::size_t j = 0; j < kNodes; ++j) sum += rule.weights[j] * f(rule.nodes[j]);
  return sum;
}

}  // namespace thresher::entropy_coupling
