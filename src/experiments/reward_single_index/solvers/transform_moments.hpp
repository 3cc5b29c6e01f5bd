#pragma once

#include "experiments/reward_single_index/model/label_transform.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace thresher::reward_single_index {

/// Sums over rows from which the first stage's weights are judged.
struct TransformMoments {
  enum Sum { rows, square, first, second, weight, weight_square, kSums };
  std::array<double, kSums> sums{};

  /// Of rows with these projections and labels.
  static TransformMoments of(LabelTransform const& transform, std::span<double const> z,
                             std::span<double const> y) {
    TransformMoments made;
    for (std::size_t row = 0; row < y.size(); ++row) {
      double const t = transform(y[row]);
      double const w = transform.weight(y[row]);
      made.sums[rows] += 1;
      made.sums[square] += t * t;
      made.sums[first] += t * z[row];
      made.sums[second] += t * (z[row] * z[row] - 1);
      made.sums[weight] += w;
      made.sums[weight_square] += w * w;
    }
    return made;
  }

  double mean_square() const { return sums[square] / sums[rows]; }
  /// Effective share of the rows, (sum w)^2 / (n sum w^2).
  double weight_efficiency() const {
    return sums[weight] * sums[weight] / (sums[rows] * sums[weight_square]);
  }
  /// mean(T z) / rms T and mean(T (z^2 - 1)) / (sqrt 2 rms T); 0 where T vanishes.
  double first_signal() const { return ratio(sums[first]); }
  double second_signal() const { return ratio(sums[second]) / std::sqrt(2.0); }

 private:
  double ratio(double sum) const { return sums[square] > 0 ? sum / std::sqrt(sums[rows] * sums[square]) : 0; }
};

}  // namespace thresher::reward_single_index
