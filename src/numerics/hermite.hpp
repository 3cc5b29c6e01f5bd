#pragma once

#include <span>

namespace thresher::numerics {

/// values[j] = he_j(x), j < values.size(): Hermite polynomials orthonormal under the standard normal law
/// (he_j = He_j / sqrt(j!), He_j the probabilists'), by the recursion
/// he_{j+1} = (x he_j - sqrt(j) he_{j-1}) / sqrt(j + 1).
void orthonormal_hermite(double x, std::span<double> values);

}  // namespace thresher::numerics
