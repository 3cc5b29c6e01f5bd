#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"

#include <cmath>
#include <limits>

namespace thresher::mixed_quality_lasso {

namespace {

/// Newton's method for sum_i w_i kappa/(1 + w_i kappa) = s. The left side is concave in kappa and, for
/// weights of mean 1, at most n kappa/(1 + kappa) by Jensen: from the root of that bound the iterates
/// increase to the solution and never pass it.
double solve_kappa(std::span<NoiseBlock const> blocks, std::span<double const> weights, double s,
                   double weighted_rows) {
  double kappa = s / (total_rows(blocks) - s);
  for (int step = 0; step < 500; ++step) {
    double used = 0, free = 0, slope = 0;
    for (std::size_t g = 0; g < blocks.size(); ++g) {
      if (!(weights[g] > 0) || !(blocks[g].rows > 0)) continue;
      double const rest = 1 / (1 + weights[g] * kappa);
      used += blocks[g].rows * weights[g] * kappa * rest;
      free += blocks[g].rows * rest;
      slope += blocks[g].rows * weights[g] * rest * rest;
    }
    // The smaller of two equal differences, for its smaller rounding error.
    double const missing = 2 * s < weighted_rows ? s - used : free - (weighted_rows - s);
    double const increase = missing / slope;
    if (!(increase > 2 * std::numeric_limits<double>::epsilon() * kappa)) break;
    kappa += increase;
  }
  return kappa;
}

}  // namespace

std::optional<SupportEquivalent> support_equivalent(std::span<NoiseBlock const> blocks,
                                                    std::span<double const> weights, double s) {
  double weighted_rows = 0;
  for (std::size_t g = 0; g < blocks.size(); ++g)
    if (weights[g] > 0) weighted_rows += blocks[g].rows;
  if (!(s < weighted_rows)) return std::nullopt;

  SupportEquivalent result;
  result.kappa = solve_kappa(blocks, weights, s, weighted_rows);

  // With h = kappa m, the leverage of a row: n_m = n mean(h)^2/mean(h^2) and mean(h) = s/n give
  // n_m - s = s mean(h (1 - h))/mean(h^2) and D = mean(h (1 - h))/mean(h), free of cancellation.
  double h1 = 0, h2 = 0, h_rest = 0, noise2 = 0, noise4 = 0;
  for (std::size_t g = 0; g < blocks.size(); ++g) {
    double const rest = 1 / (1 + weights[g] * result.kappa);
    double const h = weights[g] * result.kappa * rest;
    double const noise = h * h * blocks[g].sigma * blocks[g].sigma;
    h1 += blocks[g].rows * h;
    h2 += blocks[g].rows * h * h;
    h_rest += blocks[g].rows * h * rest;
    noise2 += blocks[g].rows * noise;
    noise4 += blocks[g].rows * noise * noise;
  }
  double const n = total_rows(blocks);
  double const d = h_rest / h1;
  result.mean_m = h1 / (n * result.kappa);
  result.effective_rows = h1 * h1 / h2;
  result.surplus_rows = h1 * h_rest / h2;
  result.noise_variance = noise2 / (result.kappa * result.kappa * n * n * d);
  result.noise_degrees = noise2 * noise2 * d / noise4;
  if (!(result.surplus_rows > 0) || !std::isfinite(result.kappa)) return std::nullopt;
  return result;
}

LassoEquivalent lasso_equivalent(SupportEquivalent const& support, double s, double lambda) {
  LassoEquivalent result;
  result.nu = lambda / support.mean_m;
  result.v_interference = s / support.surplus_rows;
  result.v_noise = support.noise_variance / (lambda * lambda);
  result.v = result.v_interference + result.v_noise;
  result.t = result.nu * std::sqrt(result.v);
  return result;
}

}  // namespace thresher::mixed_quality_lasso
