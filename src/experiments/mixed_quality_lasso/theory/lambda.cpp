#include "experiments/mixed_quality_lasso/theory/lambda.hpp"

#include "experiments/mixed_quality_lasso/model/setting.hpp"
#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/success.hpp"
#include "experiments/mixed_quality_lasso/theory/weights.hpp"
#include "numerics/stable_functions.hpp"

#include <algorithm>
#include <array>
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

double tuning_grid(double rho, int k) {
  double const smallest = 0.02, largest = 0.98;
  return rho * smallest * std::pow(largest / smallest, static_cast<double>(k) / (kTuningPoints - 1));
}

/// Looks for the point of the grid of `tuned` with the smallest predicted number of errors.
class TuningSearch {
 public:
  TuningSearch(RecoveryProblem const& problem, Weighting weighting)
      : problem_(problem), weighting_(weighting) {}

  /// The best point (the first of equal ones), or `kTuningPoints` where none has a prediction.
  int run() {
    if (depends_on_lambda(weighting_)) {
      // Every tenth point soon tells what is hard to beat.
      constexpr int kStride = 10;
      for (int k = kStride / 2; k < kTuningPoints; k += kStride) look_at(k);
      for (int k = 0; k < kTuningPoints; ++k)
        if (k % kStride != kStride / 2) look_at(k);
      return best_;
    }
    look_between(-1, kTuningPoints);
    return best_;
  }

 private:
  void look_at(int k) {
    double const lambda = tuning_grid(problem_.rho, k);
    if (weights_.empty() || depends_on_lambda(weighting_)) {
      weights_ = row_weights(problem_, weighting_, lambda);
      auto const support = support_equivalent(problem_.blocks, weights_, problem_.s);
      fluctuation_.reset();
      if (support) fluctuation_.emplace(problem_, *support);
    }
    if (!fluctuation_) return;
    auto const errors = fluctuation_->expected_errors(lambda, least_errors_);
    bounds_[static_cast<std::size_t>(k)] = errors;
    bool const first_of_equals = errors.log_total == least_errors_ && k < best_;
    if (errors.log_total < kInfinity && (errors.log_total < least_errors_ || first_of_equals)) {
      least_errors_ = errors.log_total;
      best_ = k;
    }
  }

  /// Looks at the points between two known ones (or the ends of the grid), unless false positives of the
  /// right one and false negatives of the left one, which no point between them can undercut, are too many
  /// already.
  void look_between(int left, int right) {
    if (right - left < 2) return;
    double const positives =
        right < kTuningPoints ? bounds_[static_cast<std::size_t>(right)].log_false_positives : -kInfinity;
    double const negatives =
        left >= 0 ? bounds_[static_cast<std::size_t>(left)].log_false_negatives : -kInfinity;
    double const rounding = 1e-9;
    if (numerics::log_sum_exp(std::array{positives, negatives}) > least_errors_ + rounding) return;
    int const middle = left + (right - left) / 2;
    look_at(middle);
    auto const& errors = bounds_[static_cast<std::size_t>(middle)];
    // First where the larger part shrinks: it soon tells what is hard to beat.
    if (errors.log_false_positives < errors.log_false_negatives) {
      look_between(left, middle);
      look_between(middle, right);
    } else {
      look_between(middle, right);
      look_between(left, middle);
    }
  }

  static constexpr double kInfinity = std::numeric_limits<double>::infinity();
  RecoveryProblem const& problem_;
  Weighting weighting_;
  std::vector<double> weights_;
  std::optional<Fluctuation> fluctuation_;
  /// Lower bounds of both parts, at the points looked at.
  std::array<Fluctuation::ExpectedErrors, kTuningPoints> bounds_{};
  int best_ = kTuningPoints;
  double least_errors_ = kInfinity;
};

}  // namespace

Tuning tune_by_prediction(RecoveryProblem const& problem, Weighting weighting) {
  int const best = TuningSearch(problem, weighting).run();
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

bool recipe_reaches(RecoveryProblem const& problem, Recipe const& recipe, double level) {
  if (!weighting_applies(problem.blocks, recipe.weighting)) return false;
  auto const tuning = tune(problem, recipe);
  return lasso_reaches(problem, tuning.weights, tuning.lambda, level);
}

Recipe recipe_of(Parameters const& parameters) {
  return {parameters.weighting, parameters.lambda_rule, parameters.lambda_scale};
}

Tuning tuning_at(Parameters const& parameters) {
  return tune(recovery_problem(parameters), recipe_of(parameters));
}

}  // namespace thresher::mixed_quality_lasso
