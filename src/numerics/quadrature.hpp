#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace thresher::numerics {

/// Averages over a law by weighted nodes: nodes ascend, weights sum to 1.
struct QuadratureRule {
  std::vector<double> nodes;
  std::vector<double> weights;

  /// sum_k weights[k] f(nodes[k]).
  template <class Function>
  double average(Function f) const {
    double sum = 0;
    for (std::size_t k = 0; k < nodes.size(); ++k) sum += weights[k] * f(nodes[k]);
    return sum;
  }
};

/// Gauss-Legendre rule for the uniform law on (0, 1), exact for polynomials of degree 2 size - 1; no node is
/// an end. Made anew at every call: keep it.
QuadratureRule gauss_legendre(int size);

/// Gauss-Hermite rule for the standard normal law, exact for polynomials of degree 2 size - 1. Weights keep
/// their relative accuracy down to the outermost, so that logarithms of probabilities may be averaged. Sizes
/// up to 200. Made anew at every call: keep it.
QuadratureRule gauss_hermite(int size);

/// Integral of a smooth f from a to b, either of which may be infinite, to a relative tolerance: adaptive
/// Gauss-Kronrod; f is not evaluated at the ends. Its rounding errors must stay below the tolerance: an f
/// that is rough costs up to 60 000 evaluations.
double integrate(std::function<double(double)> const& f, double a, double b, double tolerance);

}  // namespace thresher::numerics
