#include "experiments/mixed_quality_lasso/gauss_hermite.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

/// Orthonormal Hermite polynomials of the standard normal law at x, of degrees kHermiteNodes and one less.
struct HermiteValues {
  double top;
  double below;
};

HermiteValues hermite_values(double x) {
  double below = 0, top = 1;
  for (std::size_t degree = 1; degree <= kHermiteNodes; ++degree) {
    auto const k = static_cast<double>(degree);
    double const next = (x * top - std::sqrt(k - 1) * below) / std::sqrt(k);
    below = top;
    top = next;
  }
  return {top, below};
}

/// The root between two points at which the polynomial differs in sign.
double bisect_root(double lower, double upper) {
  double const sign_below = hermite_values(lower).top;
  for (int halving = 0; halving < 100; ++halving) {
    double const middle = 0.5 * (lower + upper);
    (hermite_values(middle).top * sign_below > 0 ? lower : upper) = middle;
  }
  return 0.5 * (lower + upper);
}

GaussHermite make_gauss_hermite() {
  GaussHermite rule{};
  // Roots are symmetric, lie within sqrt(4 n), and are further apart than the step of this scan.
  double const step = 0.05;
  std::size_t found = 0;
  std::size_t const half = kHermiteNodes / 2;
  for (double x = 0; found < half; x += step) {
    if (hermite_values(x).top * hermite_values(x + step).top > 0) continue;
    double const node = bisect_root(x, x + step);
    double const below = hermite_values(node).below;
    double const weight = 1 / (static_cast<double>(kHermiteNodes) * below * below);
    rule.nodes[half + found] = node;
    rule.nodes[half - 1 - found] = -node;
    rule.weights[half + found] = rule.weights[half - 1 - found] = weight;
    ++found;
  }
  double sum = 0;
  for (double const weight : rule.weights) sum += weight;
  for (double& weight : rule.weights) weight /= sum;
  return rule;
}

std::array<HermitePair, kHermiteNodes * kHermiteNodes> make_hermite_pairs() {
  std::array<HermitePair, kHermiteNodes * kHermiteNodes> pairs{};
  auto const& rule = gauss_hermite();
  for (std::size_t i = 0; i < kHermiteNodes; ++i)
    for (std::size_t j = 0; j < kHermiteNodes; ++j) {
      double const weight = rule.weights[i] * rule.weights[j];
      pairs[i * kHermiteNodes + j] = {i, j, weight, std::log(weight)};
    }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](HermitePair const& a, HermitePair const& b) { return a.weight > b.weight; });
  return pairs;
}

}  // namespace

GaussHermite const& gauss_hermite() {
  static GaussHermite const rule = make_gauss_hermite();
  return rule;
}

std::array<HermitePair, kHermiteNodes * kHermiteNodes> const& hermite_pairs() {
  static auto const pairs = make_hermite_pairs();
  return pairs;
}

}  // namespace thresher::mixed_quality_lasso
