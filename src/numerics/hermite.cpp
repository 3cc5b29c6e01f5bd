#include "numerics/hermite.hpp"

#include <cmath>
#include <cstddef>

namespace thresher::numerics {

void orthonormal_hermite(double x, std::span<double> values) {
  if (values.empty()) return;
  values[0] = 1;
  double before = 0;
  double root = 0;  // sqrt(j)
  for (std::size_t j = 0; j + 1 < values.size(); ++j) {
    double const next_root = std::sqrt(static_cast<double>(j + 1));
    values[j + 1] = (x * values[j] - root * before) / next_root;
    before = values[j];
    root = next_root;
  }
}

}  // namespace thresher::numerics
