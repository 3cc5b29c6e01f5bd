#include "experiments/linear_generative/theory/deterministic_equivalent.hpp"

#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thresher::linear_generative {

namespace {

constexpr double kStep = 0.05;
constexpr double kHalfRange = 75;
constexpr double kLogTolerance = 1e-10;

double tau(std::span<Level const> levels, double n, double kappa) {
  double sum = 0;
  for (auto const& level : levels) sum += level.multiplicity * level.value / (level.value + kappa);
  return kappa * (1 - sum / n);
}

}  // namespace

double resolvent_root(std::span<Level const> levels, double n, double ridge) {
  double rank = 0;
  double least = std::numeric_limits<double>::infinity();
  for (auto const& level : levels) {
    if (level.value <= 0) continue;
    rank += level.multiplicity;
    least = std::min(least, level.value);
  }
  if (ridge == 0 && n >= rank) return 0;
  double low = std::log(std::max(ridge, least * (rank - n) / n));
  double high = std::log(ridge + trace(levels) / n);
  while (high - low > 1e-15 * std::max(1.0, std::abs(high))) {
    double const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    (tau(levels, n, std::exp(middle)) < ridge ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

std::vector<double> equivalent_roots(std::span<Level const> levels, double n, double ridge) {
  double const start = resolvent_root(levels, n, ridge);
  double const centre = std::log(trace(levels) / count(levels) + start);
  std::vector<double> roots(levels.size());
  auto const half = static_cast<int>(std::lround(kHalfRange / kStep));
  for (int node = -half; node <= half; ++node) {
    double const delta = std::exp(centre + node * kStep);
    double const kappa = start + delta;
    double growth = 0;  // sums of t and of tau'
    double slope = 0;
    for (auto const& level : levels) {
      if (level.value <= 0) continue;
      double const near = 1 / (level.value + kappa);
      double const weight = level.multiplicity * level.value * level.value * near;
      growth += weight / (level.value + start);
      slope += weight * near;
    }
    double const t = delta * (1 - growth / n);
    if (t <= 0) continue;
    double const weight = delta * kStep * (1 - slope / n) / std::sqrt(t) / std::numbers::pi;
    double const null = kappa * ridge / (t + ridge);
    for (std::size_t i = 0; i < levels.size(); ++i)
      roots[i] += weight * (levels[i].value + null) / (levels[i].value + kappa);
  }
  return roots;
}

double equivalent_convergence(std::span<Level const> levels, double n, double ridge) {
  auto const roots = equivalent_roots(levels, n, ridge);
  double sum = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) sum += levels[i].multiplicity * roots[i] * roots[i];
  return sum / (trace(levels) + ridge * count(levels));
}

double equivalent_root_trace(std::span<Level const> levels, double n, double ridge) {
  auto const roots = equivalent_roots(levels, n, ridge);
  double sum = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) sum += levels[i].multiplicity * roots[i];
  return sum / count(levels);
}

double equivalent_bulk_distance(std::span<Level const> levels, double n) {
  std::vector<Level> squared(levels.begin(), levels.end());
  for (auto& level : squared) level.value *= level.value;
  double const total = count(levels);
  return (2 * trace(levels) - 2 * total * equivalent_root_trace(squared, n, 0)) / total;
}

double examples_for_convergence(std::span<Level const> levels, double ridge, double level) {
  auto const excess = [&](double log_n) {
    return equivalent_convergence(levels, std::exp(log_n), ridge) - level;
  };
  return std::exp(numerics::bracketed_root(excess, 0, std::log(1e9), kLogTolerance));
}

}  // namespace thresher::linear_generative
