#pragma once

#include <span>

namespace thresher::implicit_regularization {

/// Coefficients of l1 and l2 at weights some of which the l1 penalty holds at 0.
struct SubgradientFit {
  double l1 = 0;
  double l2 = 0;
  double r2 = 0;  ///< 1 - minimum / |b|^2
};

/// Minimises over l1, l2 >= 0
///   sum over |theta_j| > active_tol of (b_j - l1 sgn theta_j - l2 theta_j)^2
///   + sum over the others of max(|b_j| - l1, 0)^2,
/// which asks of an inactive weight only that its deviation lies within the subdifferential. l2 follows from
/// l1 in closed form, and the derivative in l1 is piecewise linear and never falls: its root lies between two
/// known break points and is exact. (An iteration under TAO would stop at a tolerance above what the
/// coefficients are asked for.) Of several minima the one of least l1. Not collective.
SubgradientFit subgradient_fit(std::span<double const> theta, std::span<double const> b, double active_tol);

}  // namespace thresher::implicit_regularization
