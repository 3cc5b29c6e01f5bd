#include "numerics/sample_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::numerics {

namespace {

double mean_of(std::span<double const> values) {
  auto const n = static_cast<double>(values.size());
  double sum = 0;
  for (double const v : values) sum += v;
  if (std::isfinite(sum)) return sum / n;
  double mean = 0;
  for (double const v : values) mean += v / n;
  return mean;
}

/// A power of two of about the magnitude, or 1 where squares of such numbers are in the range of doubles.
double scale_of(double magnitude) {
  bool const usual = magnitude == 0 || (magnitude > 1e-140 && magnitude < 1e140) || !std::isfinite(magnitude);
  return usual ? 1 : std::scalbn(1.0, std::ilogb(magnitude));
}

}  // namespace

SampleMoments sample_moments(std::span<double const> values) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {nan, nan};
  double const mean = mean_of(values);
  if (values.size() < 2) return {mean, nan};
  double largest = 0;
  for (double const v : values) largest = std::max(largest, std::fabs(v - mean));
  double const scale = scale_of(largest);
  double squares = 0;
  for (double const v : values) squares += ((v - mean) / scale) * ((v - mean) / scale);
  auto const n = static_cast<double>(values.size());
  return {mean, scale * std::sqrt(squares / (n - 1) / n)};
}

}  // namespace thresher::numerics
