#include "numerics/quantile.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace thresher::numerics {

double quantile(std::span<double const> values, double probability) {
  assert(!values.empty() && probability >= 0 && probability <= 1);
  std::vector<double> sample(values.begin(), values.end());
  double const position = probability * static_cast<double>(sample.size() - 1);
  auto const below = static_cast<std::size_t>(position);
  auto const at = sample.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(sample.begin(), at, sample.end());
  double const fraction = position - static_cast<double>(below);
  if (fraction == 0) return *at;
  double const next = *std::min_element(at + 1, sample.end());
  return *at + fraction * (next - *at);
}

double median(std::span<double const> values) {
  return quantile(values, 0.5);
}

}  // namespace thresher::numerics
