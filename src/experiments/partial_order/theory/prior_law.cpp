#include "experiments/partial_order/theory/prior_law.hpp"

#include "numerics/normal.hpp"
#include "numerics/quadrature.hpp"

#include <cmath>
#include <vector>

namespace thresher::partial_order {

double relation_density(std::int64_t dimension, double rho) {
  double const slope = std::sqrt(rho / (1 - rho));
  auto const above = [&](double x) {
    return std::exp(static_cast<double>(dimension) * numerics::log_normal_cdf(slope * x));
  };
  // Gauss-Hermite cannot follow the steep distribution function of strongly correlated coordinates.
  constexpr double kSteep = 0.8;
  constexpr int kNodes = 80;
  if (rho <= kSteep) return numerics::gauss_hermite(kNodes).average(above);
  constexpr double kEnd = 9;
  auto const cells = static_cast<std::int64_t>(std::ceil(2 * kEnd / (0.1 / slope)));
  double const width = 2 * kEnd / static_cast<double>(cells);
  double sum = 0;
  for (std::int64_t cell = 0; cell <= cells; ++cell) {
    double const x = -kEnd + width * static_cast<double>(cell);
    double const part = cell == 0 || cell == cells ? 0.5 : 1.0;
    sum += part * numerics::normal_density(x) * above(x);
  }
  return sum * width;
}

double expected_maximal_items(std::int64_t items, std::int64_t dimension) {
  // mean[k - 1] = mu(n, k), from n = 0 on.
  std::vector<double> mean(static_cast<std::size_t>(dimension), 0.0);
  for (std::int64_t n = 1; n <= items; ++n) {
    mean[0] = 1;
    for (std::size_t k = 1; k < mean.size(); ++k) mean[k] += mean[k - 1] / static_cast<double>(n);
  }
  return mean.back();
}

}  // namespace thresher::partial_order
