#pragma once

#include "experiments/linear_generative/parameters.hpp"
#include "experiments/linear_generative/population_spectrum.hpp"

#include <limits>

namespace thresher::linear_generative {

/// What theory says at a point; NaN where it says nothing. A member has the name of its metric.
struct Predictions {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double samples_used = kNone;
  double gamma_used = kNone;
  double convergence = kNone;
  double convergence_trace = kNone;
  double root_trace = kNone;
  double sample_variance = kNone;
  double memorisation = kNone;
  double memorisation_null = kNone;
  double latent_recovery = kNone;
  double latent_recovery_top = kNone;
  double top_eigenvalue = kNone;
  double w2_top = kNone;
  double w2_bulk = kNone;
  double kl_per_dim = kNone;
  double samples_q50 = kNone;
  double samples_q90 = kNone;
  double samples_q99 = kNone;
  double samples_recovery = kNone;
  double samples_recovery_top = kNone;
};

/// The n and n / d really used.
void predict_sizes(Parameters const& point, Predictions& predictions);
/// Averages over the Marchenko-Pastur law: convergence of `spiked` in the limit, kl_per_dim for every
/// spectrum.
void predict_limits(Parameters const& point, Predictions& predictions);
/// convergence_trace and w2_bulk at finite d and n, root_trace and sample_variance.
void predict_finite_size(Parameters const& point, Predictions& predictions);
/// memorisation and its null.
void predict_memorisation(Parameters const& point, Predictions& predictions);
/// Latent recovery, the leading eigenvalue and the distance along it.
void predict_latent(Parameters const& point, Predictions& predictions);
/// Examples that given values of convergence and recovery take.
void predict_plan(Parameters const& point, Predictions& predictions);

/// All that theory says of the user's images, from the spectrum of their reference population.
Predictions predict_for_spectrum(Parameters const& point, PopulationSpectrum const& spectrum);

}  // namespace thresher::linear_generative
