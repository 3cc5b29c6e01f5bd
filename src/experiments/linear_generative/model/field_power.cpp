#include "experiments/linear_generative/model/field_power.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linear_generative {

std::vector<double> field_power(std::int64_t side, double alpha) {
  auto const frequency = [side](std::int64_t index) {
    return static_cast<double>(2 * index >= side ? side - index : index);
  };
  std::vector<double> power(static_cast<std::size_t>(side * side));
  double sum = 0;
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x) {
      double const length = std::max(1.0, std::hypot(frequency(y), frequency(x)));
      double const value = std::pow(length, -2 * alpha);
      power[static_cast<std::size_t>(y * side + x)] = value;
      sum += value;
    }
  for (double& value : power) value *= static_cast<double>(power.size()) / sum;
  return power;
}

}  // namespace thresher::linear_generative
