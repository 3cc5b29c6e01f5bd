#include "experiments/reward_single_index/theory/optimum.hpp"

#include "experiments/reward_single_index/theory/label_averages.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thresher::reward_single_index {

namespace {

constexpr double kNoCap = std::numeric_limits<double>::infinity();

/// log E e^{factor r / beta} and the mean of r under that tilt.
struct Tilt {
  double log_partition;
  double mean;
};

Tilt tilted(RewardLink const& link, double factor, double beta) {
  double const end = factor == 0 ? 12 : sufficient_width(link, factor, beta, kNoCap);
  if (std::isnan(end)) return {kNoCap, kNoCap};
  auto const steps = static_cast<int>(std::lround(24000 * end / 12));
  double largest = -kNoCap, mass = 0, first = 0, total = 0;
  for (int k = 0; k <= steps; ++k) {
    double const z = -end + 2 * end * k / steps;
    double const r = link(z);
    double const exponent = factor == 0 ? -z * z / 2 : factor * r / beta - z * z / 2;
    if (exponent > largest) {
      double const shrink = std::exp(largest - exponent);
      mass *= shrink;
      first *= shrink;
      largest = exponent;
    }
    double const weight = std::exp(exponent - largest);
    mass += weight;
    first += weight * r;
    total += std::exp(-z * z / 2);
  }
  return {largest + std::log(mass) - std::log(total), first / mass};
}

}  // namespace

Optimum optimum(RewardLink const& link, double beta) {
  auto const once = tilted(link, 1, beta);
  auto const twice = tilted(link, 2, beta);
  return {once.log_partition, once.mean, tilted(link, 0, beta).mean,
          std::exp(twice.log_partition - 2 * once.log_partition)};
}

}  // namespace thresher::reward_single_index
