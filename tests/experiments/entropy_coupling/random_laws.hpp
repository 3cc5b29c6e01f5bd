#pragma once

#include "experiments/entropy_coupling/model/law.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace thresher::entropy_coupling::testing {

inline constexpr std::int64_t kBits = 52;

inline Law law_of(std::vector<double> weights, std::int64_t bits = kBits) {
  double sum = 0;
  for (double const w : weights) sum += w;
  for (double& w : weights) w /= sum;
  return quantise(weights, bits, "p");
}

inline Law law_of_masses(std::vector<Mass> masses) {
  Law law;
  law.masses = std::move(masses);
  law.total = 0;
  for (Mass const w : law.masses) law.total += w;
  return law;
}

/// Laws of many shapes: smooth, spiky, with exact ties, on a coarse grid.
class RandomLaws {
 public:
  explicit RandomLaws(std::uint64_t seed) : engine_(seed) {}
  std::int64_t below(std::int64_t count) {
    return std::uniform_int_distribution<std::int64_t>(0, count - 1)(engine_);
  }
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(engine_); }
  Law law(std::int64_t size, std::int64_t bits = kBits) {
    std::vector<double> weights(static_cast<std::size_t>(size));
    auto const shape = below(4);
    for (double& w : weights) {
      double const e = -std::log(1 - uniform());
      switch (shape) {
        case 0:
          w = e;
          break;
        case 1:
          w = std::pow(uniform(), 6) + 1e-4;
          break;
        case 2:
          w = 1;
          break;
        default:
          w = static_cast<double>(1 + below(4));
      }
    }
    return law_of(weights, bits);
  }
  /// Uniform on the simplex.
  Law generic_law(std::int64_t size) {
    std::vector<double> weights(static_cast<std::size_t>(size));
    for (double& w : weights) w = -std::log(1 - uniform());
    return law_of(weights);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace thresher::entropy_coupling::testing
