#pragma once

#include <array>
#include <cstddef>

namespace thresher::mixed_quality_lasso {

inline constexpr std::size_t kHermiteNodes = 32;

/// Gauss-Hermite rule for the standard normal law: E f(Z) ~ sum_k weights[k] f(nodes[k]). Nodes ascend;
/// weights sum to 1 and keep their relative accuracy down to the outermost.
struct GaussHermite {
  std::array<double, kHermiteNodes> nodes;
  std::array<double, kHermiteNodes> weights;
};

GaussHermite const& gauss_hermite();

/// The product rule for two independent normals: E f(Z, Z') ~ sum weight f(nodes[first], nodes[second]).
struct HermitePair {
  std::size_t first;
  std::size_t second;
  double weight;
  double log_weight;
};

/// All pairs of nodes, heaviest first, so that a partial sum soon says how large the whole is.
std::array<HermitePair, kHermiteNodes * kHermiteNodes> const& hermite_pairs();

}  // namespace thresher::mixed_quality_lasso
