#pragma once

#include "experiments/linear_generative/model/parameters.hpp"

#include <span>
#include <vector>

namespace thresher::linear_generative {

/// An eigenvalue of the population covariance with its multiplicity (a mean and a count where a long spectrum
/// is binned).
struct Level {
  double value = 0;
  double multiplicity = 1;
};

/// Eigenvalues of Sigma: the r latent ones one by one, the others as levels.
struct PopulationSpectrum {
  std::vector<double> latent;  ///< descending
  std::vector<Level> others;

  std::vector<Level> all() const;
};

/// Sigma = I + spikes, or the power law with trace d. `spectrum` is `spiked` or `powerlaw`.
PopulationSpectrum population_spectrum(Parameters const& point);
/// The spectrum of a reference population (descending eigenvalues) with `rank` latent factors.
PopulationSpectrum population_spectrum(std::span<double const> eigenvalues, std::int64_t rank);

/// theta_k = spike * spike_ratio^(k-1).
std::vector<double> spikes(Parameters const& point);
/// sigma_i = i^(-alpha) d / sum_j j^(-alpha), descending.
std::vector<double> powerlaw_eigenvalues(std::int64_t dim, double alpha);

double trace(std::span<Level const> levels);
double trace_of_square(std::span<Level const> levels);
double count(std::span<Level const> levels);

}  // namespace thresher::linear_generative
