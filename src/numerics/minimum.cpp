#include "numerics/minimum.hpp"

#include <boost/math/tools/minima.hpp>

#include <limits>

namespace thresher::numerics {

Minimum find_minimum(std::function<double(double)> const& f, double a, double b) {
  int const bits = std::numeric_limits<double>::digits / 2;  // more would be rounding
  auto const [at, value] = boost::math::tools::brent_find_minima(f, a, b, bits);
  return {at, value};
}

}  // namespace thresher::numerics
