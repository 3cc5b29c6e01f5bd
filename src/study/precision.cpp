#include "study/precision.hpp"

#include "numerics/rounding.hpp"
#include "numerics/sample_moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::study {

namespace {

bool equal_to_rounding(std::span<double const> values) {
  auto const [least, most] = std::ranges::minmax(values);
  return !numerics::differ_beyond_rounding(least, most);
}

/// With one trial more at each end of the range. Written in units of the range, which may be huge.
double error_with_ends(double n, double share, double relative_error) {
  double const centre = (n * share + 1) / (n + 2);
  double const squares = n * (n - 1) * relative_error * relative_error +
                         n * (share - centre) * (share - centre) + centre * centre +
                         (1 - centre) * (1 - centre);
  return std::sqrt(squares) / (n + 2);
}

}  // namespace

double cautious_standard_error(Metric const& metric, std::span<double const> values) {
  constexpr double unknown = std::numeric_limits<double>::infinity();
  if (values.size() < 2) return unknown;
  auto const n = static_cast<double>(values.size());
  auto const [mean, error] = numerics::sample_moments(values);
  double const low = metric.range.lower();
  double const width = metric.range.upper() - low;
  switch (metric.kind) {
    case MetricKind::indicator: {
      double const p = (mean * n + 1) / (n + 2);
      return std::sqrt(p * (1 - p) / (n + 2));
    }
    case MetricKind::count:
      return std::max(error, 1 / n);
    case MetricKind::value:
    case MetricKind::timing:
      break;
  }
  if (std::isfinite(width) && width > 0)
    return std::max(error, width * error_with_ends(n, (mean - low) / width, error / width));
  return equal_to_rounding(values) ? unknown : error;
}

}  // namespace thresher::study
