#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "experiments/mixed_quality_lasso/model/problem.hpp"

namespace thresher::mixed_quality_lasso {

/// n_star = 2 s log(p/s), the bits that a support of s among p takes, in the units of the sums below.
double information_target(RecoveryProblem const& problem);

/// Left side over n_star of the sufficient conditions for recovering all but a fraction `delta` in (0, 1] of
/// the support (Chaabouni & Gamarnik, Theorems 1 and 2): by unweighted least squares over s-sparse vectors,
/// where the noisiest block sets the scale of every term, and by maximum likelihood. Recovery once the ratio
/// exceeds 1.
double sufficient_ratio_agnostic(RecoveryProblem const& problem, double delta);
double sufficient_ratio_informed(RecoveryProblem const& problem, double delta);

/// Price of quality of these conditions, the rows of the last block that replace one of the first: in [1, 2)
/// for the agnostic decoder, unbounded for the informed one.
double sufficient_price_agnostic(RecoveryProblem const& problem, double delta);
double sufficient_price_informed(RecoveryProblem const& problem, double delta);

/// n log(1 + SNR)/n_star at the average noise: all-or-nothing transition of the agnostic decoder at 1
/// (Reeves, Xu & Zadik 2019; an agnostic decoder sees the noise through its norm alone, the design being
/// rotation invariant).
double all_or_nothing_ratio_agnostic(RecoveryProblem const& problem);

/// Derivative of n log(1 + SNR) by the rows of block `block`. Negative: more such rows harm the agnostic
/// decoder.
double row_marginal_agnostic(RecoveryProblem const& problem, std::size_t block);

/// Ratio of the marginals of the first and the last block; +infinity where rows of the last one harm.
double sharp_price_agnostic(RecoveryProblem const& problem);

/// sum_g n_g log(1 + SNR_g)/n_star, the informed counterpart of the all-or-nothing ratio.
double all_or_nothing_ratio_informed(RecoveryProblem const& problem);

/// Fano's inequality for any decoder that knows s, rho and the noise of each row.
struct FanoBound {
  double ratio = 0;          ///< information of the data over that of the support (and its signs)
  double success_upper = 0;  ///< upper bound on the probability of exact recovery
};
FanoBound fano_bound(RecoveryProblem const& problem, Signal signal);

}  // namespace thresher::mixed_quality_lasso
