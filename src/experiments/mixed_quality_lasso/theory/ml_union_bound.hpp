#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"

#include <span>

namespace thresher::mixed_quality_lasso {

/// log of the probability that weighted least squares prefers a given support with `exchanged` = 1..s wrong
/// columns to the true one, sum_i w_i (y_i - rho sum_T X_ij)^2. Weights are one per block, on any scale.
double log_pairwise_error(RecoveryProblem const& problem, std::span<double const> weights, double exchanged);

/// Upper bound on the failure probability of exhaustive weighted least squares over s-sparse binary vectors,
/// at any size: sum over m of C(s,m) C(p-s,m) times the pairwise error, at most 1.
double ml_failure_union_bound(RecoveryProblem const& problem, std::span<double const> weights);

}  // namespace thresher::mixed_quality_lasso
