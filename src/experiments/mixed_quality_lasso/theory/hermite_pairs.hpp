#pragma once

#include "numerics/quadrature.hpp"

#include <array>
#include <cstddef>

namespace thresher::mixed_quality_lasso {

inline constexpr std::size_t kHermiteNodes = 32;

/// The rule for one standard normal.
numerics::QuadratureRule const& hermite_rule();

/// The product rule for two independent normals: E f(Z, Z') ~ sum weight f(nodes[first], nodes[second]).
struct HermitePair {
  std::size_t first;
  std::size_t second;
  double weight;
  double log_weight;
  double weight_left;  ///< of this pair and all lighter ones
};

/// All pairs of nodes, heaviest first, so that a partial sum soon says how large the whole is.
std::array<HermitePair, kHermiteNodes * kHermiteNodes> const& hermite_pairs();

}  // namespace thresher::mixed_quality_lasso
