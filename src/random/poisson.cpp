#include "random/exponential_function.hpp"
#include "random/poisson_probability.hpp"
#include "random/scalar_lanes.hpp"
#include "random/stream.hpp"

#include <cmath>
#include <cstdint>
#include <stdexcept>

// Fused operations are spelt out and no other product is added to anything, so that no compiler chooses where
// to fuse.

namespace thresher::random {

std::uint64_t Sequence::poisson(double mean) {
  if (!(mean >= 0) || mean > 0x1p50) throw std::invalid_argument("poisson: mean must be between 0 and 2^50");

  if (mean < 10) {
    std::uint64_t k = 0;
    double probability = exponential_function(-mean);
    // Rounding may leave a remainder above the sum of all probabilities: past 2^-60 nothing is left to find.
    for (double remainder = uniform(); remainder > probability && probability > 0x1p-60;) {
      remainder -= probability;
      ++k;
      probability = probability * mean / static_cast<double>(k);
    }
    return k;
  }

  // Hoermann 1993, PTRS.
  double const b = std::fma(2.53, std::sqrt(mean), 0.931);
  double const a = std::fma(0.02483, b, -0.059);
  double const inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  double const quick = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    double const u = uniform() - 0.5;
    double const v = uniform();
    double const edge = 0.5 - std::abs(u);
    double const k = std::floor(std::fma(2 * a / edge + b, u, mean + 0.43));
    if (edge >= 0.07 && v <= quick) return static_cast<std::uint64_t>(k);
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    double const hat = a / (edge * edge) + b;
    if (logarithm(v * inverse_alpha / hat) <= log_poisson_probability(k, mean))
      return static_cast<std::uint64_t>(k);
  }
}

}  // namespace thresher::random
