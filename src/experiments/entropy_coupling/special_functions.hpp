#pragma once

#include <functional>

namespace thresher::entropy_coupling {

/// Logarithmic derivative of the gamma function, x > 0.
double digamma(double x);
/// Distribution function of Beta(a, b) at x in [0, 1].
double beta_distribution(double x, double a, double b);
/// Integral over (0, 1) by Gauss-Legendre quadrature with 200 nodes; `f` is never evaluated at the ends.
double integrate_unit_interval(std::function<double(double)> const& f);

}  // namespace thresher::entropy_coupling
