#pragma once

#include <functional>

namespace thresher::numerics {

struct Minimum {
  double at;
  double value;
};

/// A local minimum of f on [a, b], by Brent's method; the only one where f has one valley. `at` is good to
/// the square root of the rounding error of f, about 1e-8 relative.
Minimum find_minimum(std::function<double(double)> const& f, double a, double b);

}  // namespace thresher::numerics
