#include "experiments/group_matrix/theory/statistical_dimension.hpp"

#include "numerics/minimum.hpp"
#include "numerics/quadrature.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace thresher::group_matrix {

double nuclear_norm_dimension(double rows, double columns, double rank) {
  double const m = std::min(rows, columns), n = std::max(rows, columns);
  if (rank <= 0) return 0;
  if (rank >= m) return 1;
  double const rho = rank / m, nu = m / n;
  double const y = (nu - rho * nu) / (1 - rho * nu);
  double const a = 1 - std::sqrt(y), b = 1 + std::sqrt(y);
  auto const tail = [&](double t) {
    double const from = std::max(a, t);
    if (from >= b) return 0.0;
    return numerics::integrate(
        [&](double u) {
          double const root = std::sqrt(std::max(0.0, (u * u - a * a) * (b * b - u * u)));
          return (u - t) * (u - t) * root / (std::numbers::pi * y * u);
        },
        from, b, 1e-9);
  };
  auto const value = [&](double t) {
    return rho * nu + (1 - rho * nu) * (rho * (1 + t * t) + (1 - rho) * tail(t));
  };
  return numerics::find_minimum(value, 0, b).value;
}

}  // namespace thresher::group_matrix
