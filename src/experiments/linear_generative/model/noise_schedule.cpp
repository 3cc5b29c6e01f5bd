#include "experiments/linear_generative/model/noise_schedule.hpp"

#include <cmath>

namespace thresher::linear_generative {

std::vector<double> noise_levels(Parameters const& point) {
  std::vector<double> levels(static_cast<std::size_t>(point.noise_steps) + 1);
  for (std::size_t j = 0; j < levels.size(); ++j)
    levels[j] = point.sigma_max * std::pow(point.sigma_min / point.sigma_max,
                                           static_cast<double>(j) / static_cast<double>(point.noise_steps));
  return levels;
}

std::function<double(double)> sampling_function(Parameters const& point) {
  double const ridge = point.ridge;
  if (point.model == Model::sqrt) return [ridge](double x) { return std::sqrt(x + ridge); };
  return [ridge, time = point.train_time, levels = noise_levels(point)](double x) {
    double product = levels.front();
    for (std::size_t j = 0; j + 1 < levels.size(); ++j) {
      double const variance = levels[j] * levels[j];
      double const total = x + ridge + variance;
      double removed = variance / total;  // 1 - h
      if (time > 0) removed += (1 - removed) * std::exp(-time * total);
      product *= 1 + (levels[j + 1] - levels[j]) / levels[j] * removed;
    }
    return product;
  };
}

}  // namespace thresher::linear_generative
