#pragma once

#include "experiments/mixed_quality_lasso/model/problem.hpp"
#include "experiments/mixed_quality_lasso/theory/deterministic_equivalent.hpp"
#include "experiments/mixed_quality_lasso/theory/hermite_pairs.hpp"

#include <array>
#include <cstddef>
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
  /// Whether `success(lambda) >= level`, by as few nodes as tell: far from the level by the heaviest ones.
  bool reaches(double level, double lambda) const;

  /// Logarithms of the expected numbers of support errors: false positives 2(p-s) Q(1/sqrt v), which do not
  /// increase with lambda, false negatives s Q((rho - nu)/(nu sqrt v)), which do not decrease with it, and
  /// both.
  struct ExpectedErrors {
    double log_false_positives;
    double log_false_negatives;
    double log_total;
  };
  /// The total is exact; what cannot be seen in it may be left out of the parts. May give up once the total
  /// is certain to exceed `log_ceiling`: it is +infinity then, and the parts are lower bounds.
  ExpectedErrors expected_errors(double lambda, double log_ceiling) const;

 private:
  static constexpr std::size_t kNodes = kHermiteNodes * kHermiteNodes;
  /// Nodes that are worked on together.
  static constexpr std::size_t kTogether = 64;
  using Margins = std::array<double, kTogether>;
  /// How far the two tests are from failing at the nodes from `first` on, in standard deviations: off-support
  /// duals are N(0, 1/dual^2) and are compared with 1, active coefficients keep their sign with probability
  /// Phi(sign).
  void margins(LassoEquivalent const& lasso, std::size_t first, Margins& dual, Margins& sign) const;
  /// The largest logarithm that a node's errors may have, but for the factor of their tail.
  double largest_exponent(LassoEquivalent const& lasso) const;
  /// Expected errors over exp(log_scale), until they exceed `ceiling`.
  struct Sums {
    double false_positives = 0;
    double false_negatives = 0;
    double total() const { return false_positives + false_negatives; }
  };
  Sums sums(LassoEquivalent const& lasso, double log_scale, double ceiling) const;
  /// Adds up the probability of success over the nodes, heaviest first, until `settled(probability,
  /// weight_left)`; no node adds more than its weight.
  template <class Settled>
  double probability(double lambda, Settled const& settled) const;

  double null_count_;
  double support_size_;
  double rho_;
  double log_twice_null_count_;
  double log_support_size_;
  SupportEquivalent support_;
  std::array<double, kHermiteNodes> curvature_;    ///< at the nodes of one normal
  std::array<double, kHermiteNodes> noise_power_;  ///< at those of the other
};

/// Predicted probability of signed-support recovery by the LASSO with these weights (one per block, mean 1
/// over the rows) at `lambda` > 0; 0 where the rows of positive weight do not exceed s.
double lasso_success(RecoveryProblem const& problem, std::span<double const> weights, double lambda);

/// Whether `lasso_success` >= `level` > 0.
bool lasso_reaches(RecoveryProblem const& problem, std::span<double const> weights, double lambda,
                   double level);

}  // namespace thresher::mixed_quality_lasso
