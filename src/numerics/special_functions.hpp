#pragma once

namespace thresher::numerics {

/// Logarithmic derivative of the gamma function, x > 0.
double digamma(double x);
/// log(1 + x) - x without cancellation, x > -1.
double log1p_minus_linear(double x);
/// Distribution function of Beta(a, b) at x in [0, 1].
double beta_distribution(double x, double a, double b);

}  // namespace thresher::numerics
