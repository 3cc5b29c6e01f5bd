#pragma once

#include "experiments/linear_generative/model/population_spectrum.hpp"

#include <optional>
#include <span>

namespace thresher::linear_generative {

/// What becomes of a population eigenvalue in the sample covariance above its threshold (Baik, Ben Arous and
/// Peche 2005; Paul 2007; Benaych-Georges and Nadakuditi 2011, for a general bulk).
struct Spike {
  double sample_eigenvalue = 0;  ///< psi(l)
  double overlap = 0;            ///< Q(l) = l psi'(l) / psi(l)
};

/// The spike of population eigenvalue `l` over the eigenvalues `others` with n examples; nothing below its
/// threshold (psi'(l) <= 0, or l among the others).
std::optional<Spike> recovered_spike(double l, std::span<Level const> others, double n);

/// sum_j sigma_j^2 / (l - sigma_j)^2: the number of examples above which `l` is recovered. Infinite when l is
/// among the others.
double recovery_threshold(double l, std::span<Level const> others);

/// Spectrum without the leading eigenvalue, for the metrics of the leading direction: all factors equal to it
/// are left out.
std::vector<Level> others_of_leading(PopulationSpectrum const& spectrum);

/// (1/r) sum_k Q(sigma_k), each over the non-latent spectrum.
double predicted_latent_recovery(PopulationSpectrum const& spectrum, double n);
/// Largest threshold over the r factors.
double examples_for_recovery(PopulationSpectrum const& spectrum);
/// Whether the leading eigenvalue is shared: then no single leading direction exists.
bool leading_is_degenerate(PopulationSpectrum const& spectrum);

}  // namespace thresher::linear_generative
