#include "experiments/linear_generative/memorisation_theory.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace thresher::linear_generative {

namespace {

/// E g(R), R^2 ~ chi^2_n, by Simpson's rule over the bulk of the density, normalised by the same rule.
double chi_average(double n, std::function<double(double)> const& g) {
  constexpr int kIntervals = 4000;
  constexpr double kReach = 12;  // standard deviations; that of a chi variable is at most 0.71
  double const mode = std::sqrt(std::max(n - 1, 0.0));
  double const low = std::max(0.0, mode - kReach * std::numbers::sqrt2 / 2);
  double const high = mode + kReach * std::numbers::sqrt2 / 2;
  double const step = (high - low) / kIntervals;
  double sum = 0;
  double mass = 0;
  for (int k = 0; k <= kIntervals; ++k) {
    double const r = low + k * step;
    if (r == 0 && n > 1) continue;
    // Relative to the density at the mode, so that nothing overflows at n = 1e9.
    double const rise = n > 1 ? (n - 1) * std::log(r / mode) : 0;
    double const density = std::exp(rise - (r - mode) * (r + mode) / 2);
    double const simpson = k == 0 || k == kIntervals ? 1 : (k % 2 == 1 ? 4 : 2);
    mass += simpson * density;
    sum += simpson * density * g(r);
  }
  return sum / mass;
}

}  // namespace

double expected_largest_normal(double n) {
  constexpr int kIntervals = 4000;
  constexpr double kReach = 12;
  double sum = 0;
  for (int k = 0; k <= kIntervals; ++k) {
    double const t = kReach * k / kIntervals;
    // erf(t / sqrt 2)^n for n up to 1e9.
    double const power = t > 0 ? std::exp(n * std::log1p(-std::erfc(t / std::numbers::sqrt2))) : 0;
    double const simpson = k == 0 || k == kIntervals ? 1 : (k % 2 == 1 ? 4 : 2);
    sum += simpson * (1 - power);
  }
  return sum * kReach / kIntervals / 3;
}

double memorisation(MemorisationSetting const& setting) {
  double const n = setting.examples;
  double const noise = setting.ridge / setting.trace;
  double const width =
      std::sqrt(1 / n + (1 - 1 / n) * setting.trace_of_square / (setting.trace * setting.trace) + noise);
  double const norm = chi_average(n, [](double r) { return r; });
  double const shrinkage = chi_average(n, [&](double r) {
    double const length = std::sqrt(r * r / n + setting.dim * noise);
    return length > 0 ? r / length : std::sqrt(n);
  });
  return std::min(1.0, width * expected_largest_normal(n) / norm * shrinkage);
}

double memorisation_of_unseen(MemorisationSetting const& setting) {
  double const variance = (setting.trace_of_square + setting.ridge * setting.trace) /
                          (setting.trace * (setting.trace + setting.ridge * setting.dim));
  return std::min(1.0, expected_largest_normal(setting.examples) * std::sqrt(variance));
}

}  // namespace thresher::linear_generative
