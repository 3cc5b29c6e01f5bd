#include "numerics/hermite.hpp"

#include <cmath>
#include <cstddef>

namespace thresher::numerics {

void orthonormal_hermite(double x, std::span<double> values) {
  double before = 0;
  double current = 1;
  for (std::size_t j = 0; j < values.size(); ++j) {
    values[j] = current;
    auto const degree = static_cast<double>(j);
    double const next = (x * current - std::sqrt(degree) * before) / std::sqrt(degree + 1);
    before = current;
    current = next;
  }
}

}  // namespace thresher::numerics
