#include "experiments/mixed_quality_lasso/theory/hermite_pairs.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

std::array<HermitePair, kHermiteNodes * kHermiteNodes> make_hermite_pairs() {
  std::array<HermitePair, kHermiteNodes * kHermiteNodes> pairs{};
  auto const& rule = hermite_rule();
  for (std::size_t i = 0; i < kHermiteNodes; ++i)
    for (std::size_t j = 0; j < kHermiteNodes; ++j) {
      double const weight = rule.weights[i] * rule.weights[j];
      pairs[i * kHermiteNodes + j] = {i, j, weight, std::log(weight), 0};
    }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](HermitePair const& a, HermitePair const& b) { return a.weight > b.weight; });
  double left = 0;
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) pair->weight_left = left += pair->weight;
  return pairs;
}

}  // namespace

numerics::QuadratureRule const& hermite_rule() {
  static auto const rule = numerics::gauss_hermite(kHermiteNodes);
  return rule;
}

std::array<HermitePair, kHermiteNodes * kHermiteNodes> const& hermite_pairs() {
  static auto const pairs = make_hermite_pairs();
  return pairs;
}

}  // namespace thresher::mixed_quality_lasso
