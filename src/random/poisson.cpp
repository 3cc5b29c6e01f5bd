#include "random/exponential_function.hpp"
#include "random/scalar_lanes.hpp"
#include "random/stream.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <stdexcept>

// Fused operations are spelt out and no other product is added to anything, so that no compiler chooses where
// to fuse.

namespace thresher::random {
namespace {

// log k! for k < 16.
constexpr std::array<double, 16> log_factorial = {0.0,
                                                  0.0,
                                                  0.69314718055994530942,
                                                  1.7917594692280550008,
                                                  3.1780538303479456197,
                                                  4.7874917427820459943,
                                                  6.5792512120101009951,
                                                  8.5251613610654143002,
                                                  10.604602902745250228,
                                                  12.801827480081469611,
                                                  15.104412573075515295,
                                                  17.502307845873885839,
                                                  19.987214495661886150,
                                                  22.552163853123422886,
                                                  25.191221182738681500,
                                                  27.899271383840891566};

// k log(k / mean) + mean - k without cancellation (Loader 2000).
double deviance(double k, double mean) {
  double const difference = k - mean;
  double const sum = k + mean;
  if (std::abs(difference) >= 0.1 * sum) return std::fma(k, logarithm(k / mean), mean - k);
  double const v = difference / sum;
  double const square = v * v;
  double power = 2 * k * v;
  double total = difference * difference / sum;
  for (int j = 3;; j += 2) {
    power *= square;
    double const next = total + power / j;
    if (next == total) return total;
    total = next;
  }
}

// Log of the Poisson probability of k, for mean >= 10: Stirling's series where k is large, so that the error
// stays absolute and small for every mean.
double log_probability(double k, double mean) {
  if (k < 16) {
    return std::fma(k, logarithm(mean), -mean) - log_factorial[static_cast<std::uint64_t>(k)];
  }
  double const inverse = 1 / k;
  double const square = inverse * inverse;
  double const correction =
      inverse *
      std::fma(square, std::fma(square, std::fma(square, -1.0 / 1680, 1.0 / 1260), -1.0 / 360), 1.0 / 12);
  double const log_two_pi = 1.83787706640934548356;
  return std::fma(-0.5, log_two_pi + logarithm(k), -deviance(k, mean)) - correction;
}

}  // namespace

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
    if (logarithm(v * inverse_alpha / hat) <= log_probability(k, mean)) return static_cast<std::uint64_t>(k);
  }
}

}  // namespace thresher::random
