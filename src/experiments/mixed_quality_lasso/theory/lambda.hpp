#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/problem.hpp"

#include <vector>

namespace thresher::mixed_quality_lasso {

/// How lambda and the row weights follow from a problem. The problem may vary along a line, the recipe stays.
struct Recipe {
  Weighting weighting = Weighting::agnostic;
  LambdaRule rule = LambdaRule::geometric;
  double lambda_scale = 1;  ///< multiplies every rule but `tuned`
};

/// Penalty level and row weights of a weighted LASSO, minimise ||D^{1/2}(y - X b)||^2/(2n) + lambda ||b||_1.
struct Tuning {
  double lambda = 0;
  std::vector<double> weights;  ///< one per block, mean 1 over the rows
};

/// The variance that the closed-form rules put in place of the noise: sum_i w_i^2 sigma_i^2/n of the weighted
/// noise, the plain average for weightings that themselves depend on lambda. Throws std::invalid_argument
/// where the weighting does not apply.
double rule_noise_variance(RecoveryProblem const& problem, Weighting weighting);

/// Unscaled lambda of a closed-form rule, noise_sq being `rule_noise_variance`:
/// `wainwright` sqrt(2 noise_sq log(max(s,2)) log(p-s)/n) (Wainwright 2009, simulations), `universal`
/// sqrt(2 noise_sq log(p)/n), `fixed` rho, `geometric` the geometric mean of sqrt(noise_sq log(p-s)/n) and
/// rho/sqrt(s), the limits between which Theorem 3 of Chaabouni & Gamarnik puts lambda.
/// Throws std::invalid_argument for `tuned`, which has no closed form.
double rule_lambda(RecoveryProblem const& problem, LambdaRule rule, double noise_sq);

/// The point of the grid lambda/rho = 0.02..0.98 (100 geometric steps) with the smallest predicted expected
/// number of support errors, and its weights; 0.5 rho where no point of the grid has a prediction. Throws
/// std::invalid_argument where the weighting does not apply.
Tuning tune_by_prediction(RecoveryProblem const& problem, Weighting weighting);

/// Lambda and weights of the recipe: lambda_scale times the rule, or `tune_by_prediction`. For `residual`
/// both stages use this lambda and the weights are the predicted ones of the second stage. Throws
/// std::invalid_argument where the weighting does not apply.
Tuning tune(RecoveryProblem const& problem, Recipe const& recipe);

/// `lasso_success` at the lambda and weights of the recipe; 0 where its weighting does not apply.
double recipe_success(RecoveryProblem const& problem, Recipe const& recipe);

/// Whether `recipe_success` >= `level` > 0, in a fraction of the time.
bool recipe_reaches(RecoveryProblem const& problem, Recipe const& recipe, double level);

/// The recipe of a point. Reads weighting, lambda_rule, lambda_scale.
Recipe recipe_of(Parameters const& parameters);

/// Lambda and weights of a point. Reads p, s, n1, n2, theta, hq_fraction, sigma1, sigma2, sigma_avg, rho,
/// weighting, lambda_rule, lambda_scale.
Tuning tuning_at(Parameters const& parameters);

}  // namespace thresher::mixed_quality_lasso
