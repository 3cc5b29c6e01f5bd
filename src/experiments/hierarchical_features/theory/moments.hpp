#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "random/stream.hpp"

#include <vector>

namespace thresher::hierarchical_features {

/// The law of the spectral weights T in the Gaussian model, where h_1 .. h_d1 are independent normals.
struct WeightMoments {
  double variance = 0;                ///< v = Var T
  std::vector<double> signal;         ///< theta_k = E[T (h_k^2 - 1)]
  std::vector<double> square_signal;  ///< tau_k = E[T^2 (h_k^2 - 1)]

  /// Bins of equal probability, ascending in T: mean T, and for each k the mean of h_k^2 - 1. Empty where T
  /// is unbounded: moments are then in closed form, or the bins' outermost would stand for a tail.
  std::vector<double> bin_weights;
  std::vector<std::vector<double>> bin_excess;
};

/// Moments of a point with the given strengths: in closed form for link and preprocess identity (theta =
/// sqrt2 lambda, v = 1 + sigma^2, tau = 4 lambda^2), else by Monte Carlo with `theory_draws` samples of
/// `stream`, of which only the labels are held. Not collective.
WeightMoments weight_moments(Parameters const& point, std::vector<double> const& lambda,
                             random::Stream const& stream);

}  // namespace thresher::hierarchical_features
