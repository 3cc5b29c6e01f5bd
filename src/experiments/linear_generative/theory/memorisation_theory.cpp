#include "experiments/linear_generative/theory/memorisation_theory.hpp"

#include "numerics/quadrature.hpp"
#include "numerics/special_functions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace thresher::linear_generative {

namespace {

constexpr double kTolerance = 1e-12;
constexpr double kReach = 12;  // standard deviations

/// E g(R), R^2 ~ chi^2_n, over the bulk of the density.
double chi_average(double n, std::function<double(double)> const& g) {
  double const mode = std::sqrt(std::max(n - 1, 0.0));
  double const largest_deviation = std::numbers::sqrt2 / 2;  // of a chi variable, times its mode's
  double const low = std::max(0.0, mode - kReach * largest_deviation);
  double const high = mode + kReach * largest_deviation;
  auto const density = [&](double r) {
    // Relative to the density at the mode, so that nothing overflows at n = 1e9, nor cancels.
    double const beyond = r - mode;
    double const rise = n > 1 ? (n - 1) * numerics::log1p_minus_linear(beyond / mode) : 0;
    return std::exp(rise - beyond * beyond / 2);
  };
  double const mass = numerics::integrate(density, low, high, kTolerance);
  return numerics::integrate([&](double r) { return density(r) * g(r); }, low, high, kTolerance) / mass;
}

}  // namespace

double expected_largest_normal(double n) {
  auto const exceeded = [n](double t) {
    return -std::expm1(n * std::log1p(-std::erfc(t / std::numbers::sqrt2)));  // 1 - erf^n for n up to 1e9
  };
  return numerics::integrate(exceeded, 0, kReach, kTolerance);
}

double memorisation(MemorisationSetting const& setting) {
  double const n = setting.examples;
  double const noise = setting.ridge / setting.trace;
  double const width =
      std::sqrt(1 / n + (1 - 1 / n) * setting.trace_of_square / (setting.trace * setting.trace) + noise);
  double const norm = chi_average(n, [](double r) { return r; });
  double const shrinkage =
      chi_average(n, [&](double r) { return r / std::sqrt(r * r / n + setting.dim * noise); });
  return std::min(1.0, width * expected_largest_normal(n) / norm * shrinkage);
}

double memorisation_of_unseen(MemorisationSetting const& setting) {
  double const variance = (setting.trace_of_square + setting.ridge * setting.trace) /
                          (setting.trace * (setting.trace + setting.ridge * setting.dim));
  return std::min(1.0, expected_largest_normal(setting.examples) * std::sqrt(variance));
}

}  // namespace thresher::linear_generative
