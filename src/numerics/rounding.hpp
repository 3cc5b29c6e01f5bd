#pragma once

#include <algorithm>
#include <cmath>

namespace thresher::numerics {

/// Differences smaller than this part of the numbers are rounding, and no signal.
inline constexpr double kRounding = 1e-12;

/// Whether two numbers differ by more than that.
inline bool differ_beyond_rounding(double a, double b) {
  return std::abs(a - b) > kRounding * std::max(std::abs(a), std::abs(b));
}

}  // namespace thresher::numerics
