#pragma once

#include <cmath>
#include <span>

/// Proximal operators: prox(x) = argmin_u g(u) + ||u - x||^2/2. All of them are firmly non-expansive.
namespace thresher::prox {

/// Of g = threshold |u|: sign(x) max(|x| - threshold, 0). threshold >= 0.
inline double soft_threshold(double x, double threshold) {
  if (x > threshold) return x - threshold;
  if (x < -threshold) return x + threshold;
  return 0;
}

/// Of g = threshold ||u||_1, in place.
inline void soft_threshold(std::span<double> x, double threshold) {
  for (double& entry : x) entry = soft_threshold(entry, threshold);
}

}  // namespace thresher::prox
