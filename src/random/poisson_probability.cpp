#include "random/poisson_probability.hpp"

#include "random/scalar_lanes.hpp"

#include <array>
#include <cmath>
#include <cstdint>

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

}  // namespace

double log_poisson_probability(double k, double mean) {
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

}  // namespace thresher::random
