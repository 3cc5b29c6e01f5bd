#include "experiments/reward_single_index/data/noise_draws.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

// Kinds of numbers overlap within a stream: each has a stream of its own.
NoiseDraws::NoiseDraws(Parameters const& point, study::Team const& team, std::string const& name)
    : kind_(point.noise_kind),
      deviation_(point.noise_std),
      stream_(team.stream(point.noise_kind == NoiseKind::uniform ? name + "_uniform" : name)) {}

void NoiseDraws::fill(random::Row row, std::int64_t first, std::span<double> out) const {
  if (deviation_ == 0) {
    std::ranges::fill(out, 0.0);
    return;
  }
  if (kind_ == NoiseKind::gaussian) {
    stream_.normals(row, static_cast<std::uint64_t>(first), out);
    for (double& value : out) value *= deviation_;
    return;
  }
  stream_.uniforms(row, static_cast<std::uint64_t>(first), out);
  double const reach = std::sqrt(3.0) * deviation_;
  for (double& value : out) value = reach * (2 * value - 1);
}

}  // namespace thresher::reward_single_index
