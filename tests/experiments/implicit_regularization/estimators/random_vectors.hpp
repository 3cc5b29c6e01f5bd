#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace thresher::implicit_regularization::testing {

/// Standard normal numbers.
inline std::vector<double> normals(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(generator);
  return values;
}

/// sum_k coefficients[k] columns[k].
inline std::vector<double> combined(std::vector<std::vector<double>> const& columns,
                                    std::vector<double> const& coefficients) {
  std::vector<double> sum(columns.front().size());
  for (std::size_t k = 0; k < columns.size(); ++k)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += coefficients[k] * columns[k][i];
  return sum;
}

inline double dot(std::span<double const> a, std::span<double const> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace thresher::implicit_regularization::testing
