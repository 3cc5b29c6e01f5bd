#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"

#include <span>

namespace thresher::mixed_quality_lasso {

/// Fixed point that describes the row-weighted LASSO when n, p and s grow in proportion, false positives and
/// negatives included: each coefficient is the soft threshold of beta_j + t N(0,1) at nu.
struct StateEvolution {
  double estimation_error =
      0;             ///< E ||betahat - beta*||^2; also the cross-talk that a row sees beside its noise
  double kappa = 0;  ///< degrees of freedom per row and mean response, df/(n M)
  double degrees_of_freedom = 0;   ///< expected support size, kappa n M
  double nu = 0;                   ///< threshold
  double t = 0;                    ///< standard deviation of the effective noise
  double true_positive_rate = 0;   ///< of the s active coordinates
  double false_positive_rate = 0;  ///< of the p - s null coordinates
};

/// Solves the two equations of the fixed point to a relative 1e-12, roughly by nested bracketing and then by
/// Newton's method. (Damped iteration, the customary way, runs into cycles far below the threshold, with
/// supports larger than n.) Weights are one
/// per block, mean 1 over the rows; lambda > 0. Donoho, Maleki & Montanari 2009, Bayati & Montanari 2012 for
/// unit weights; a weighted row enters by its proximal response m = w/(1 + w kappa).
StateEvolution state_evolution(RecoveryProblem const& problem, std::span<double const> weights,
                               double lambda);

/// E (eta(rho + t Z; nu) - rho)^2 for the soft threshold eta(x; nu) and a standard normal Z. t > 0.
double active_threshold_risk(double rho, double t, double nu);

}  // namespace thresher::mixed_quality_lasso
