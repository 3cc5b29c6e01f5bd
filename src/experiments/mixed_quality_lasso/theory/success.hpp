#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"
#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/hermite_pairs.hpp"

#include <array>
#include <span>

namespace thresher::mixed_quality_lasso {

/// Quantile of a chi-square with `degrees` degrees of freedom at the standard normal quantile `x` (Wilson &
/// Hilferty 1931). Its lower end is held above zero.
double wilson_hilferty(double degrees, double x);

/// How the weighted LASSO on the support fluctuates about its deterministic equivalent at finite size: the
/// curvature sign^T G^{-1} sign of the support and the noise power are, up to scale, independent chi-squares.
/// These are their exact laws for homogeneous noise and unit weights; otherwise mean and variance are
/// matched. Independent of lambda.
class Fluctuation {
 public:
  Fluctuation(RecoveryProblem const& problem, SupportEquivalent const& support);

  /// Probability that the LASSO at `lambda` recovers the signed support: all off-support duals are below 1
  /// and no active coefficient is shrunk across zero.
  double success(double lambda) const;

  /// Logarithm of the expected number of support errors, E[2(p-s) Q(1/sqrt v) + s Q((rho - nu)/(nu sqrt v))].
  /// May give up and return +infinity once the result is certain to exceed `ceiling`.
  double log_expected_errors(double lambda, double ceiling) const;

 private:
  /// The state of the two tests at a node of the grid: off-support duals are N(0, 1/dual_margin^2) and are
  /// compared with 1, active coefficients keep their sign with probability Phi(sign_margin).
  struct Margins {
    double dual;
    double sign;
  };
  Margins margins(HermitePair const& node, LassoEquivalent const& lasso) const;

  double null_count_;
  double support_size_;
  double rho_;
  SupportEquivalent support_;
  std::array<double, kHermiteNodes> curvature_;
  std::array<double, kHermiteNodes> noise_power_;
};

/// Predicted probability of signed-support recovery by the LASSO with these weights (one per block, mean 1
/// over the rows) at `lambda` > 0; 0 where the rows of positive weight do not exceed s.
double lasso_success(RecoveryProblem const& problem, std::span<double const> weights, double lambda);

}  // namespace thresher::mixed_quality_lasso
