#pragma once

#include "experiments/partial_order/theory/subset_law.hpp"

#include <array>

namespace thresher::partial_order {

/// Nodes s = 0.05, 0.1, ..., 0.95.
inline constexpr int kTiltNodes = 19;
inline constexpr double kTiltStep = 0.05;

/// How far the lists of an order tell it from a rival that differs in the pair (x, y) alone.
struct RivalLikelihood {
  std::array<double, kTiltNodes> overlap{};  ///< A(s) = sum_y p(y)^s p_rival(y)^(1-s) at the nodes
  double divergence = 0;                     ///< KL(order || rival)
};

/// Both laws choose alike where x or y is gone, so the recursion visits only sets that hold both: 2^(n-2) n
/// kTiltNodes products.
RivalLikelihood compare_with_rival(SubsetLaw const& law, FrontierWeights const& rival, Relation differs);

}  // namespace thresher::partial_order
