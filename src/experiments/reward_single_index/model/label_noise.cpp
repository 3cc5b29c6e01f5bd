#include "experiments/reward_single_index/model/label_noise.hpp"

#include "numerics/normal.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr double kLeastWidth = 1e-3;

bool is_uniform(Parameters const& point) {
  return point.noise_kind == NoiseKind::uniform && point.noise_std >= kLeastWidth;
}

}  // namespace

numerics::QuadratureRule noise_rule(Parameters const& point) {
  constexpr int kNodes = 41;
  if (point.noise_std == 0) return {{0.0}, {1.0}};
  if (point.noise_kind == NoiseKind::gaussian) {
    auto rule = numerics::gauss_hermite(kNodes);
    for (double& node : rule.nodes) node *= point.noise_std;
    return rule;
  }
  auto rule = numerics::gauss_legendre(kNodes);
  double const reach = std::sqrt(3.0) * point.noise_std;
  for (double& node : rule.nodes) node = reach * (2 * node - 1);
  return rule;
}

double resolved_noise(Parameters const& point) {
  return std::max(point.noise_std, kLeastWidth);
}

double noise_reach(Parameters const& point) {
  return is_uniform(point) ? std::sqrt(3.0) * point.noise_std : 9 * resolved_noise(point);
}

double noise_cdf(Parameters const& point, double t) {
  if (!is_uniform(point)) return numerics::normal_cdf(t / resolved_noise(point));
  double const reach = noise_reach(point);
  return std::clamp((t + reach) / (2 * reach), 0.0, 1.0);
}

double noise_density(Parameters const& point, double t) {
  if (is_uniform(point)) return std::abs(t) <= noise_reach(point) ? 1 : 0;
  double const x = t / resolved_noise(point);
  return std::exp(-x * x / 2);
}

}  // namespace thresher::reward_single_index
