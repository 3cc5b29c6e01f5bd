#include "experiments/reward_single_index/theory/slice_law.hpp"

#include "experiments/reward_single_index/model/label_noise.hpp"
#include "numerics/root.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::reward_single_index {

double slice_signal(Parameters const& point, RewardLink const& link) {
  constexpr double kEnd = 9;
  auto const shape = link.shape();
  double const step = std::clamp(resolved_noise(point) / (4 * std::max(shape.steepest, 1e-3)), 2.5e-4, 0.01);
  auto const steps = static_cast<std::size_t>(std::ceil(2 * kEnd / step));
  std::vector<double> z(steps + 1), probability(steps + 1), reward(steps + 1);
  double total = 0;
  for (std::size_t k = 0; k <= steps; ++k) {
    z[k] = -kEnd + 2 * kEnd * static_cast<double>(k) / static_cast<double>(steps);
    probability[k] = std::exp(-z[k] * z[k] / 2);
    total += probability[k];
    reward[k] = link(z[k]);
  }
  // P(y < t) and E[z; y < t].
  struct Level {
    double mass = 0;
    double first = 0;
  };
  auto const below = [&](double t) {
    Level level;
    for (std::size_t k = 0; k <= steps; ++k) {
      double const share = probability[k] / total * noise_cdf(point, t - reward[k]);
      level.mass += share;
      level.first += share * z[k];
    }
    return level;
  };
  double const lowest = *std::ranges::min_element(reward) - noise_reach(point);
  double const highest = *std::ranges::max_element(reward) + noise_reach(point);
  auto const count = static_cast<double>(point.slices);
  double sum = 0;
  double from = lowest;
  Level before;
  for (std::int64_t slice = 1; slice <= point.slices; ++slice) {
    double const target = static_cast<double>(slice) / count;
    Level level{1, 0};
    if (slice < point.slices) {
      double const edge = numerics::bracketed_root([&](double t) { return below(t).mass - target; }, from,
                                                   highest, 1e-10 * (highest - lowest));
      if (std::isnan(edge)) continue;  // an atom of y takes several slices
      from = edge;
      level = below(edge);
    }
    double const mass = level.mass - before.mass;
    double const first = level.first - before.first;
    if (mass > 0) sum += first * first / mass;
    before = level;
  }
  return sum;
}

}  // namespace thresher::reward_single_index
