#include "experiments/mixed_quality_lasso/theory/price.hpp"

#include <limits>

namespace thresher::mixed_quality_lasso {

double lasso_price_agnostic(RecoveryProblem const& problem, double lambda) {
  double const n = total_rows(problem.blocks);
  double const average = average_noise_variance(problem.blocks);
  double const level = 2 * log_null_count(problem) / (n * lambda * lambda);
  auto const marginal = [&](NoiseBlock const& block) {
    return 1 + level * (average - block.sigma * block.sigma);
  };
  double const last = marginal(problem.blocks.back());
  return last > 0 ? marginal(problem.blocks.front()) / last : std::numeric_limits<double>::infinity();
}

double lasso_price_interference(RecoveryProblem const& problem, double nu) {
  double const cross_talk = problem.s * nu * nu * (1 + 1 / (2 * log_null_count(problem)));
  double const first = problem.blocks.front().sigma, last = problem.blocks.back().sigma;
  return (last * last + cross_talk) / (first * first + cross_talk);
}

}  // namespace thresher::mixed_quality_lasso
