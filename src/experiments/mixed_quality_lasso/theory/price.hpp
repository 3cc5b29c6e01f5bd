#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"

namespace thresher::mixed_quality_lasso {

/// Low-quality rows (last block) that replace one high-quality row (first block) for the unweighted LASSO at
/// `lambda`: ratio of the marginal effects on v to leading order, +infinity where low-quality rows harm.
/// Tends to 1 where lambda^2 n outgrows the noise times log(p-s), the limit of Theorem 3 of Chaabouni &
/// Gamarnik.
double lasso_price_agnostic(RecoveryProblem const& problem, double lambda);

/// The same for optimal weights 1/(sigma^2 + a2): (sigma2^2 + a2)/(sigma1^2 + a2), where a2 is the cross-talk
/// of coefficients shrunk by `nu` at the recovery threshold. Rows then add up to n1/(sigma1^2 + a2) +
/// n2/(sigma2^2 + a2), so that lines of equal recovery are straight. At most 1 + sigma2^2/a2.
double lasso_price_interference(RecoveryProblem const& problem, double nu);

}  // namespace thresher::mixed_quality_lasso
