#include "experiments/reward_single_index/model/conditional_moments.hpp"

#include "experiments/reward_single_index/model/label_noise.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr int kLabels = 1201;
constexpr double kEnd = 12;

/// Steps in z: the noise must cover several of them where the link is steepest.
int steps_in_z(Parameters const& point, double steepest) {
  double const step = std::min(0.01, resolved_noise(point) / (4 * std::max(steepest, 1e-3)));
  return static_cast<int>(std::min(std::ceil(2 * kEnd / step), 4e6));
}

}  // namespace

double ConditionalMoments::flops(Parameters const& point, RewardLink const& link) {
  auto const shape = link.shape();
  double const range = shape.highest - shape.lowest + 10 * resolved_noise(point);
  double const labels = 1 + 2 * noise_reach(point) / (range / (kLabels - 1));
  return 60 * steps_in_z(point, shape.steepest) * std::min<double>(labels, kLabels);
}

ConditionalMoments::ConditionalMoments(Parameters const& point, RewardLink const& link) {
  auto const shape = link.shape();
  double const margin = 5 * resolved_noise(point);
  lowest_ = shape.lowest - margin;
  step_ = (shape.highest + margin - lowest_) / (kLabels - 1);
  std::vector<double> mass(kLabels, 0.0);
  first_.assign(kLabels, 0.0);
  second_.assign(kLabels, 0.0);
  int const steps = steps_in_z(point, shape.steepest);
  double const reach = noise_reach(point);
  for (int k = 0; k <= steps; ++k) {
    double const z = -kEnd + 2 * kEnd * k / steps;
    double const value = link(z);
    double const density = std::exp(-z * z / 2);
    auto const begin = static_cast<int>(std::max(0.0, std::ceil((value - reach - lowest_) / step_)));
    auto const end = static_cast<int>(std::min(kLabels - 1.0, std::floor((value + reach - lowest_) / step_)));
    for (int label = begin; label <= end; ++label) {
      double const weight = density * noise_density(point, lowest_ + step_ * label - value);
      auto const place = static_cast<std::size_t>(label);
      mass[place] += weight;
      first_[place] += weight * z;
      second_[place] += weight * z * z;
    }
  }
  // Labels that nothing can give take the moments of the nearest that something gives.
  constexpr double kLeast = 1e-280;
  std::size_t known = 0;
  while (known < mass.size() && mass[known] < kLeast) ++known;
  for (std::size_t label = 0; label < mass.size(); ++label) {
    if (mass[label] >= kLeast) {
      known = label;
      // Even links give odd moments of rounding errors alone.
      first_[label] = std::abs(first_[label]) < 1e-11 * mass[label] ? 0 : first_[label] / mass[label];
      second_[label] /= mass[label];
    } else if (label > known) {
      first_[label] = first_[known];
      second_[label] = second_[known];
    }
  }
  known = 0;
  while (known < mass.size() && mass[known] < kLeast) ++known;
  for (std::size_t label = 0; label < known && known < mass.size(); ++label) {
    first_[label] = first_[known];
    second_[label] = second_[known];
  }
}

double ConditionalMoments::at(std::vector<double> const& values, double y) const {
  double const place = std::clamp((y - lowest_) / step_, 0.0, kLabels - 1.0);
  auto const left = std::min<std::size_t>(static_cast<std::size_t>(place), kLabels - 2);
  double const part = place - static_cast<double>(left);
  return (1 - part) * values[left] + part * values[left + 1];
}

}  // namespace thresher::reward_single_index
