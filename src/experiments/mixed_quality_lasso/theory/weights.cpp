#include "experiments/mixed_quality_lasso/theory/weights.hpp"

#include "experiments/mixed_quality_lasso/theory/state_evolution.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace thresher::mixed_quality_lasso {

std::vector<double> normalise_weights(std::span<NoiseBlock const> blocks, std::vector<double> weights) {
  double const mean = row_average(blocks, [&](std::size_t g) { return weights[g]; });
  if (!(mean > 0) || !std::isfinite(mean))
    throw std::invalid_argument("row weights need a positive, finite mean");
  for (double& weight : weights) weight /= mean;
  return weights;
}

std::vector<double> inverse_noise_weights(std::span<NoiseBlock const> blocks, double cross_talk) {
  std::vector<double> weights;
  for (auto const& block : blocks) weights.push_back(1 / (block.sigma * block.sigma + cross_talk));
  return normalise_weights(blocks, std::move(weights));
}

bool weighting_applies(std::span<NoiseBlock const> blocks, Weighting weighting) {
  auto const has_rows = [](NoiseBlock const& block) { return block.rows > 0; };
  switch (weighting) {
    case Weighting::hq_only:
      return has_rows(blocks.front());
    case Weighting::residual:
      return std::all_of(blocks.begin(), blocks.end(), has_rows);
    default:
      return std::any_of(blocks.begin(), blocks.end(), has_rows);
  }
}

std::vector<double> row_weights(RecoveryProblem const& problem, Weighting weighting, double lambda) {
  auto const& blocks = problem.blocks;
  if (!weighting_applies(blocks, weighting))
    throw std::invalid_argument("the weighting is not defined without rows to weight");
  std::vector<double> weights(blocks.size(), 1.0);
  switch (weighting) {
    case Weighting::agnostic:
      return weights;
    case Weighting::inverse_variance:
      return inverse_noise_weights(blocks, 0);
    case Weighting::interference:
      return inverse_noise_weights(blocks, problem.s * lambda * lambda);
    case Weighting::residual:
      return inverse_noise_weights(blocks, state_evolution(problem, weights, lambda).estimation_error);
    case Weighting::hq_only:
      std::fill(weights.begin() + 1, weights.end(), 0.0);
      return normalise_weights(blocks, std::move(weights));
  }
  throw std::invalid_argument("unknown weighting");
}

bool depends_on_lambda(Weighting weighting) {
  return weighting == Weighting::interference || weighting == Weighting::residual;
}

double effective_sample_size(std::span<NoiseBlock const> blocks, std::span<double const> weights) {
  double const mean = row_average(blocks, [&](std::size_t g) { return weights[g]; });
  double const mean_square = row_average(blocks, [&](std::size_t g) { return weights[g] * weights[g]; });
  return total_rows(blocks) * mean * mean / mean_square;
}

}  // namespace thresher::mixed_quality_lasso
