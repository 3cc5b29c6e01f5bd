#pragma once

#include "experiments/linear_generative/model/parameters.hpp"
#include "experiments/linear_generative/model/population_spectrum.hpp"
#include "study/experiment.hpp"

namespace thresher::linear_generative {

/// What theory says at a point; NaN where it says nothing. A member has the name of its metric.
struct Predictions {
  double samples_used = study::kUndefined;
  double gamma_used = study::kUndefined;
  double convergence = study::kUndefined;
  double convergence_trace = study::kUndefined;
  double root_trace = study::kUndefined;
  double sample_variance = study::kUndefined;
  double memorisation = study::kUndefined;
  double memorisation_null = study::kUndefined;
  double latent_recovery = study::kUndefined;
  double latent_recovery_top = study::kUndefined;
  double top_eigenvalue = study::kUndefined;
  double w2_top = study::kUndefined;
  double w2_bulk = study::kUndefined;
  double kl_per_dim = study::kUndefined;
  double samples_q50 = study::kUndefined;
  double samples_q90 = study::kUndefined;
  double samples_q99 = study::kUndefined;
  double samples_recovery = study::kUndefined;
  double samples_recovery_top = study::kUndefined;
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
