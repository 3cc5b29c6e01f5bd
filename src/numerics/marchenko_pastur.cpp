#include "numerics/marchenko_pastur.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thresher::numerics {

namespace {
constexpr int kNodes = 8192;
constexpr double kSeriesBelow = 1e-3;
}  // namespace

double marchenko_pastur_average(double gamma, std::function<double(double)> const& f) {
  double const aspect = 1 / gamma;
  double const root = std::sqrt(aspect);
  double const centre = 1 + aspect;    // (a + b) / 2
  double const half_width = 2 * root;  // (b - a) / 2
  double sum = 0;
  for (int j = 0; j < kNodes; ++j) {
    double const angle = (j + 0.5) * std::numbers::pi / kNodes;
    double const sine = std::sin(angle);
    double const x = centre + half_width * std::cos(angle);
    sum += half_width * half_width * sine * sine / (2 * std::numbers::pi * aspect * x) * f(x);
  }
  sum *= std::numbers::pi / kNodes;
  if (gamma < 1) sum += (1 - gamma) * f(0);
  return sum;
}

double marchenko_pastur_mean_root(double gamma) {
  double const m = std::min(gamma, 1 / gamma);
  double series = 0;
  if (m < kSeriesBelow) {
    series = 1 - m / 8 - m * m / 64;
  } else if (m == 1) {
    series = 8 / (3 * std::numbers::pi);
  } else {
    double const modulus = std::sqrt(m);
    series = 4 / (3 * std::numbers::pi * m) *
             ((1 + m) * std::comp_ellint_2(modulus) - (1 - m) * std::comp_ellint_1(modulus));
  }
  return std::sqrt(std::min(gamma, 1.0)) * series;
}

}  // namespace thresher::numerics
