#pragma once

#include "experiments/implicit_regularization/theory/stopped_descent.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// What early stopping on least squares with isotropic inputs looks like as a quadratic penalty.
namespace thresher::implicit_regularization {

/// n rows, d inputs, coefficients of the target and noise, both by their variances.
struct LinearPopulation {
  double n = 0;
  double d = 0;
  double target_variance = 0;
  double noise_variance = 0;

  /// E z^2 of the least-squares solution along an eigenvector with eigenvalue s > 0.
  double squared_coefficient(double s) const { return target_variance + noise_variance / (n * s); }
};

/// The one coefficient of |theta|^2 / 2 that fits -grad L best, and the share of it that it explains.
struct ScalarPenalty {
  double coefficient = 0;
  double explained = 0;
};

/// Exact given the data: eigenvalues s of X^T X / n and squares of z = V^T theta_LS. Eigenvalues of 0 do not
/// contribute, whatever their z.
ScalarPenalty scalar_penalty(StoppedDescent const& descent, std::span<double const> s,
                             std::span<double const> squared_z);
/// The same with sums replaced by averages over the Marchenko-Pastur law; also where d > n.
ScalarPenalty scalar_penalty(StoppedDescent const& descent, LinearPopulation const& population);

/// Typical eigenvalues of X^T X / n above 0: the quantiles (j - 1/2) / min(n, d) of the Marchenko-Pastur law
/// without its atom, ascending.
std::vector<double> typical_eigenvalues(std::int64_t n, std::int64_t d);

/// |Q - Lambda_t| / |Lambda_t| of the symmetric Q of least norm that fits the deviations of `replicates` runs
/// with fresh targets: 0 once they span the space, before that a root of a scalar equation over the typical
/// eigenvalues.
double matrix_error(StoppedDescent const& descent, LinearPopulation const& population,
                    std::int64_t replicates);

}  // namespace thresher::implicit_regularization
