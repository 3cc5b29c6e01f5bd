#pragma once

#include "experiments/reward_single_index/model/label_transform.hpp"
#include "experiments/reward_single_index/model/reward_link.hpp"

#include <vector>

namespace thresher::reward_single_index {

/// Half-width of the grid in z on which averages with weights e^{factor min(r(z), cap) / beta} are taken: 12,
/// or so much more that the integrand at the ends is below 1e-12 of its largest value (links without a bound
/// tilt the law far out). NaN where no width up to 400 suffices: the average does not exist.
double sufficient_width(RewardLink const& link, double factor, double beta, double cap);

/// What the law of z and the noise makes of the normalised transform (E T^2 = 1; E T = 0 where it is
/// centred).
struct LabelAverages {
  std::vector<double> z;
  std::vector<double> probability;
  std::vector<double> first;   ///< E[T | z]
  std::vector<double> second;  ///< E[T^2 | z]
  LabelTransform transform;
  double weight_efficiency = 0;  ///< (E w)^2 / E w^2

  /// E[T h_k(z)], k = 1 .. count, with orthonormal Hermite polynomials.
  std::vector<double> signals(int count) const;
};

/// By the trapezoidal rule in z (so many points on [-12, 12], the same step beyond) and 41 nodes of noise.
LabelAverages label_averages(Parameters const& point, RewardLink const& link, int points);

/// Least k in 1 .. 6 with a Hermite coefficient of E[T | z] above 1e-6 (the information exponent of the
/// transform), or of the link itself; 99 where none is.
double information_exponent(LabelAverages const& averages);
double information_exponent(RewardLink const& link);

}  // namespace thresher::reward_single_index
