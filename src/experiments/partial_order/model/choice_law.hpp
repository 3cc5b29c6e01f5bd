#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// (1 + S)^beta for S = 0..items: the weight by which an item of the frontier with S remaining successors is
/// chosen. They are finite where beta log(items + 1) is below kLargestExponent.
inline std::vector<double> successor_weights(double beta, std::int64_t items) {
  std::vector<double> weights(static_cast<std::size_t>(items) + 1);
  for (std::size_t s = 0; s < weights.size(); ++s) weights[s] = std::pow(1 + static_cast<double>(s), beta);
  return weights;
}
inline constexpr double kLargestExponent = 690;

}  // namespace thresher::partial_order
