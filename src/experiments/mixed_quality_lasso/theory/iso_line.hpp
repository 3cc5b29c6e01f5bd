#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"
#include "experiments/mixed_quality_lasso/theory/lambda.hpp"

namespace thresher::mixed_quality_lasso {

/// Low-quality rows n2, taken as real, at which `recipe_success` reaches `level` with n1 high-quality rows: 0
/// where none are needed, +infinity where `most_n2` do not suffice. `problem` must have two blocks; their
/// rows are not read. n1, most_n2 >= 0, level in (0, 1).
double iso_recovery_rows(RecoveryProblem problem, Recipe const& recipe, double n1, double most_n2,
                         double level);

/// Low-quality rows that replace a high-quality one along the line, -dn2/dn1 over n1 +- `iso_price_step`; NaN
/// where that leaves n1 >= 0 or an end of the difference is 0 or infinite.
double iso_price(RecoveryProblem const& problem, Recipe const& recipe, double n1, double most_n2,
                 double level);

}  // namespace thresher::mixed_quality_lasso
