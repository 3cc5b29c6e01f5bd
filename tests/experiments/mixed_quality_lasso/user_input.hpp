#pragma once

#include "../services.hpp"

#include <cstdint>
#include <random>
#include <vector>

namespace thresher::mixed_quality_lasso::testing {

/// y = 1 + 3 x_2 - 2 x_5 + noise of three levels; columns with their own means and scales.
inline trials::MemoryInput made_input(std::int64_t n, std::int64_t p) {
  std::mt19937_64 generator(9);
  std::normal_distribution<double> normal;
  std::vector<double> x(static_cast<std::size_t>(n * p));
  std::vector<double> y(static_cast<std::size_t>(n));
  std::vector<double> block(y.size());
  std::vector<double> beta(static_cast<std::size_t>(p), 0.0);
  beta[2] = 3;
  beta[5] = -2;
  double const sd[] = {0.2, 0.5, 2};
  for (std::int64_t i = 0; i < n; ++i) {
    block[i] = static_cast<double>(i % 3) * 10;
    y[i] = 1 + sd[i % 3] * normal(generator);
    for (std::int64_t j = 0; j < p; ++j) {
      x[i * p + j] = static_cast<double>(j) + (1 + 0.1 * static_cast<double>(j % 4)) * normal(generator);
      y[i] += beta[j] * x[i * p + j];
    }
  }
  trials::MemoryInput input;
  input.sets["X"] = {{n, p}, x};
  input.sets["y"] = {{n}, y};
  input.sets["block"] = {{n}, block};
  input.sets["beta_true"] = {{p}, beta};
  return input;
}

}  // namespace thresher::mixed_quality_lasso::testing
