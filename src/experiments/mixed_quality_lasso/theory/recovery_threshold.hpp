#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"

namespace thresher::mixed_quality_lasso {

/// theta = n/n_ALG in (0.2, 40) at which `recipe_success` first rises to 1/2, the ratio of the two blocks
/// held; NaN where it does not. The rows are those of `rows_at`, so the value sits on a step of the rounded
/// n. `problem` must have two blocks and a row.
double recovery_threshold(RecoveryProblem const& problem, Recipe const& recipe);

}  // namespace thresher::mixed_quality_lasso
