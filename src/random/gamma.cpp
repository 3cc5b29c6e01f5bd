#include "random/exponential_function.hpp"
#include "random/scalar_lanes.hpp"
#include "random/stream.hpp"

#include <cmath>
#include <stdexcept>

namespace thresher::random {

// Marsaglia and Tsang 2000. Fused operations are spelt out, so that no compiler chooses where to fuse.
double Sequence::gamma(double shape) {
  if (!(shape > 0) || !std::isfinite(shape)) throw std::invalid_argument("gamma: shape must be positive");
  if (shape < 1) {
    double const larger = gamma(shape + 1);
    return larger * exponential_function(-exponential() / shape);
  }
  double const d = shape - 1.0 / 3;
  double const c = 1 / std::sqrt(9 * d);
  while (true) {
    double const x = normal();
    double const root = std::fma(c, x, 1.0);
    if (root <= 0) continue;
    double const square = root * root;
    double const cube = square * root;
    double const u = uniform();
    double const x2 = x * x;
    if (u < std::fma(-0.0331 * x2, x2, 1.0)) return d * cube;
    double const slack = std::fma(-square, root, 1.0) + logarithm(cube);
    if (logarithm(u) < std::fma(d, slack, 0.5 * x2)) return d * cube;
  }
}

}  // namespace thresher::random
