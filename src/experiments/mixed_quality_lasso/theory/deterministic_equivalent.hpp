#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"

#include <optional>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Large-system limit of the row-weighted least squares on the true support, sum_i w_i (y_i - x_i b)^2, in
/// the notation m = w/(1 + w kappa), M = mean(m), q = mean(m^2), D = 1 - s q/(n M^2). It does not depend on
/// lambda.
struct SupportEquivalent {
  double kappa = 0;           ///< solves mean(w kappa/(1 + w kappa)) = s/n
  double mean_m = 0;          ///< M
  double effective_rows = 0;  ///< n_m = n M^2/q, > s
  double surplus_rows = 0;    ///< n_m - s
  double noise_variance =
      0;  ///< mean(sigma^2 m^2)/(n D), variance that the noise gives to a dual times lambda^2
  double noise_degrees =
      0;  ///< n mean(m^2 sigma^2)^2 D/mean(m^4 sigma^4), chi-square degrees of the noise power
};

/// Weights are one per block, normalised to mean 1 over the rows. Empty where the rows of positive weight do
/// not exceed s. The equation for kappa is that of random-matrix theory for a weighted Gram matrix (Marchenko
/// & Pastur 1967), as in El Karoui et al. 2013 for weighted and robust regression.
std::optional<SupportEquivalent> support_equivalent(std::span<NoiseBlock const> blocks,
                                                    std::span<double const> weights, double s);

/// The weighted LASSO restricted to the true support, as seen by one coordinate.
struct LassoEquivalent {
  double nu = 0;              ///< shrinkage: an active coefficient is about beta_j - nu sign_j + t N(0,1)
  double t = 0;               ///< standard deviation of that fluctuation, nu sqrt(v)
  double v = 0;               ///< variance of the off-support dual variables, which are N(0, v)
  double v_interference = 0;  ///< part of v from the shrunken coefficients, s/(n_m - s)
  double v_noise = 0;         ///< part of v from the noise
};

LassoEquivalent lasso_equivalent(SupportEquivalent const& support, double s, double lambda);

}  // namespace thresher::mixed_quality_lasso
