#include "experiments/mixed_quality_lasso/theory/lambda.hpp"

#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/success.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

namespace thresher::mixed_quality_lasso {

double rule_noise_variance(RecoveryProblem const& problem, Weighting weighting) {
  if (depends_on_lambda(weighting)) return average_noise_variance(problem.blocks);
  double const unused_lambda = 1;
  auto const weights = row_weights(problem, weighting, unused_lambda);
  return row_average(problem.blocks, [&](std::size_t g) {
    double const noise = weights[g] * problem.blocks[g].sigma;
    return noise * noise;
  });
}

double rule_lambda(RecoveryProblem const& problem, LambdaRule rule, double noise_sq) {
  double const n = total_rows(problem.blocks);
  switch (rule) {
    case LambdaRule::geometric: {
      double const largest_dual_noise = std::sqrt(noise_sq * log_null_count(problem) / n);
      double const smallest_shrinkage = problem.rho / std::sqrt(problem.s);
      return std::sqrt(largest_dual_noise * smallest_shrinkage);
    }
    case LambdaRule::wainwright:
      return std::sqrt(2 * noise_sq * std::log(std::max(problem.s, 2.0)) * log_null_count(problem) / n);
    case LambdaRule::universal:
      return std::sqrt(2 * noise_sq * std::log(problem.p) / n);
    case LambdaRule::fixed:
      return problem.rho;
    case LambdaRule::tuned:
      break;
  }
  throw std::invalid_argument("the tuned lambda has no closed form");
}

namespace {

constexpr int kTuningPoints = 100;

/// The grid of `tuned`, in an order that meets a nearly optimal point early: every tenth point, then the
/// others.
std::vector<int> coarse_to_fine() {
  std::vector<int> order;
  int const stride = 10;
  for (int k = stride / 2; k < kTuningPoints; k += stride) order.push_back(k);
  for (int k = 0; k < kTuningPoints; ++k)
    if (k % stride != stride / 2) order.push_back(k);
  return order;
}

double tuning_grid(double rho, int k) {
  double const smallest = 0.02, largest = 0.98;
  return rho * smallest * std::pow(largest / smallest, static_cast<double>(k) / (kTuningPoints - 1));
}

}  // namespace

Tuning tune_by_prediction(RecoveryProblem const& problem, Weighting weighting) {
  static std::vector<int> const order = coarse_to_fine();
  double const infinity = std::numeric_limits<double>::infinity();
  int best = kTuningPoints;
  double least_errors = infinity;
  std::vector<double> weights;
  std::optional<Fluctuation> fluctuation;
  for (int const k : order) {
    double const lambda = tuning_grid(problem.rho, k);
    if (weights.empty() || depends_on_lambda(weighting)) {
      weights = row_weights(problem, weighting, lambda);
      auto const support = support_equivalent(problem.blocks, weights, problem.s);
      fluctuation.reset();
      if (support) fluctuation.emplace(problem, *support);
    }
    if (!fluctuation) continue;
    double const errors = fluctuation->log_expected_errors(lambda, least_errors);
    if (errors < least_errors || (errors == least_errors && errors < infinity && k < best)) {
      least_errors = errors;
      best = k;
    }
  }
  double const lambda = best < kTuningPoints ? tuning_grid(problem.rho, best) : 0.5 * problem.rho;
  return {lambda, row_weights(problem, weighting, lambda)};
}

Tuning tune(RecoveryProblem const& problem, Recipe const& recipe) {
  if (recipe.rule == LambdaRule::tuned) return tune_by_prediction(problem, recipe.weighting);
  double const noise_sq = rule_noise_variance(problem, recipe.weighting);
  double const lambda = recipe.lambda_scale * rule_lambda(problem, recipe.rule, noise_sq);
  return {lambda, row_weights(problem, recipe.weighting, lambda)};
}

double recipe_success(RecoveryProblem const& problem, Recipe const& recipe) {
  if (!weighting_applies(problem.blocks, recipe.weighting)) return 0;
  auto const tuning = tune(problem, recipe);
  return lasso_success(problem, tuning.weights, tuning.lambda);
}

Recipe recipe_of(Parameters const& parameters) {
  return {parameters.weighting, parameters.lambda_rule, parameters.lambda_scale};
}

Tuning tuning_at(Parameters const& parameters) {
  return tune(recovery_problem(parameters), recipe_of(parameters));
}

}  // namespace thresher::mixed_quality_lasso
