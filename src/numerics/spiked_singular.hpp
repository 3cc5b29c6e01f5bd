#pragma once

#include <cmath>

namespace thresher::numerics {

/// Limit of a d x n matrix sqrt(l) u v^T + N, |u| = |v| = 1, entries of N independent of mean 0 and variance
/// 1/n, d / n -> `aspect` (Benaych-Georges and Nadakuditi 2012; Baik, Ben Arous and Peche 2005). Several
/// spikes with orthogonal vectors do not see each other.
struct SpikedSingular {
  double aspect = 1;

  /// Whether a spike of squared strength l leaves the bulk of the noise.
  bool detectable(double l) const { return l > std::sqrt(aspect); }
  /// Edge of the squared singular values of the noise.
  double squared_edge() const {
    double const edge = 1 + std::sqrt(aspect);
    return edge * edge;
  }
  /// Squared singular value that belongs to the spike, or the edge.
  double squared_value(double l) const { return detectable(l) ? (l + 1) * (1 + aspect / l) : squared_edge(); }
  /// Squared cosine of u and the left singular vector (of the d side); 0 where it is not detectable.
  double left_overlap(double l) const {
    return detectable(l) ? (1 - aspect / (l * l)) / (1 + aspect / l) : 0;
  }
  /// Squared cosine of v and the right singular vector (of the n side).
  double right_overlap(double l) const { return detectable(l) ? (1 - aspect / (l * l)) / (1 + 1 / l) : 0; }
};

}  // namespace thresher::numerics
