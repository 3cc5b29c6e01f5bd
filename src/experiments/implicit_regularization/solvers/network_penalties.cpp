#include "experiments/implicit_regularization/solvers/network_penalties.hpp"

#include "experiments/implicit_regularization/solvers/network_panel.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace thresher::implicit_regularization {

PathSums path_sums(NetworkShape const& shape, std::span<double const> theta) {
  auto const layers = layers_of(shape, theta);
  auto const depth = layers.w.size();
  PathSums sums;
  sums.up.resize(depth + 1);
  sums.down.resize(depth + 1);
  for (std::size_t l = 0; l <= depth; ++l) {
    auto const size = static_cast<std::size_t>(shape.sizes[l]);
    sums.up[l].assign(size, l == 0 ? 1.0 : 0.0);
    sums.down[l].assign(size, l == depth ? 1.0 : 0.0);
  }
  for (std::size_t l = 0; l < depth; ++l)
    for (std::int64_t k = 0; k < layers.w[l].columns; ++k) {
      auto const w = layers.w[l].column(k);
      double sum = 0;
      for (std::size_t j = 0; j < w.size(); ++j) sum += w[j] * w[j] * sums.up[l][j];
      sums.up[l + 1][static_cast<std::size_t>(k)] = sum;
    }
  for (auto l = depth; l-- > 0;)
    for (std::int64_t k = 0; k < layers.w[l].columns; ++k) {
      auto const w = layers.w[l].column(k);
      double const above = sums.down[l + 1][static_cast<std::size_t>(k)];
      for (std::size_t j = 0; j < w.size(); ++j) sums.down[l][j] += w[j] * w[j] * above;
    }
  return sums;
}

double path_gradient(NetworkShape const& shape, std::span<double const> theta, std::span<double> out) {
  auto const sums = path_sums(shape, theta);
  auto const weights = layers_of(shape, theta);
  std::ranges::fill(out, 0.0);
  auto const gradient = layers_of(shape, out);
  for (std::size_t l = 0; l < weights.w.size(); ++l)
    for (std::int64_t k = 0; k < weights.w[l].columns; ++k) {
      auto const w = weights.w[l].column(k);
      auto const g = gradient.w[l].column(k);
      double const above = sums.down[l + 1][static_cast<std::size_t>(k)];
      for (std::size_t j = 0; j < w.size(); ++j) g[j] = w[j] * above * sums.up[l][j];
    }
  return sums.up.back()[0] / 2;
}

double group_gradient(NetworkShape const& shape, std::span<double const> theta, double smooth,
                      std::span<double> out) {
  auto const weights = layers_of(shape, theta);
  std::ranges::fill(out, 0.0);
  auto const gradient = layers_of(shape, out);
  double penalty = 0;
  for (std::size_t l = 0; l + 1 < weights.w.size(); ++l)
    for (std::int64_t k = 0; k < weights.w[l].columns; ++k) {
      auto const w = weights.w[l].column(k);
      auto const g = gradient.w[l].column(k);
      auto const unit = static_cast<std::size_t>(k);
      double const b = shape.bias ? weights.b[l][unit] : 0;
      double square = smooth * smooth + b * b;
      for (double const entry : w) square += entry * entry;
      double const norm = std::sqrt(square);
      penalty += norm - smooth;
      if (norm == 0) continue;
      for (std::size_t j = 0; j < w.size(); ++j) g[j] = w[j] / norm;
      if (shape.bias) gradient.b[l][unit] = b / norm;
    }
  return penalty;
}

}  // namespace thresher::implicit_regularization
