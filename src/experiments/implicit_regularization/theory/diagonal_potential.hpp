#pragma once

#include <cmath>

namespace thresher::implicit_regularization {

/// Gradient flow on the diagonal network beta = u.u - v.v from u = v = alpha keeps beta = 2 alpha^2 sinh(4 G)
/// with G the accumulated negative gradient, so G is a quarter of the gradient of the potential whose
/// derivative this is (hypentropy; Woodworth et al. 2020).
inline double hypentropy_gradient(double beta, double alpha) {
  return std::asinh(beta / (2 * alpha * alpha));
}
inline constexpr double kHypentropyCoefficient = 0.25;

}  // namespace thresher::implicit_regularization
