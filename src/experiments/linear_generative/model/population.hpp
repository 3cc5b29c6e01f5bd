#pragma once

#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/model/population_spectrum.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace thresher::linear_generative {

/// The population covariance Sigma of a trial, as far as it is known, on every rank.
struct Population {
  /// Latent directions u_k, whole: d x r, orthonormal.
  linalg::DenseMatrix directions;
  /// u_k^T Sigma u_k.
  std::vector<double> direction_variances;
  /// tr Sigma and log det Sigma; the determinant may be 0.
  double trace = 0;
  double log_determinant = 0;
  /// The non-stationary image u of `field`, whole, also where no factor is measured; empty without a spike.
  std::vector<double> latent_image;
  /// Applies Sigma^{1/2} in place to every column of a panel of d rows. Empty for `field`, whose distances
  /// are not defined. Not collective.
  std::function<void(linalg::MatrixView)> apply_root;
};

/// Population of generated data (`spiked`, `powerlaw`, `field`). Random directions are made by one rank.
/// Collective.
Population generated_population(Parameters const& point, study::Team& team);

/// Standard deviations sqrt(sigma_j) of the coordinates where Sigma is diagonal: canonical `spiked` (the r
/// first ones, the others are 1) and `powerlaw` (all).
std::vector<double> coordinate_deviations(Parameters const& point);

}  // namespace thresher::linear_generative
