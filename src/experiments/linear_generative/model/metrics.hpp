#pragma once

#include "study/experiment.hpp"

namespace thresher::linear_generative {

/// What is measured in every trial; NaN where it does not apply. Ranges and meanings are declared in
/// experiment.cpp.
struct Metrics {
  double memorisation = study::kUndefined;
  double memorisation_null = study::kUndefined;
  double memorisation_excess = study::kUndefined;
  double convergence = study::kUndefined;
  double convergence_trace = study::kUndefined;
  double sample_variance = study::kUndefined;
  double root_trace = study::kUndefined;
  double latent_recovery = study::kUndefined;
  double latent_recovery_top = study::kUndefined;
  double eps_converged = study::kUndefined;
  double latent_variance_ratio = study::kUndefined;
  double top_eigenvalue = study::kUndefined;
  double w2_bulk = study::kUndefined;
  double w2_top = study::kUndefined;
  double kl_per_dim = study::kUndefined;
  double krylov_steps = study::kUndefined;
  double data_passes = study::kUndefined;
  // The user's images: their reference population differs from trial to trial, so what theory says of them
  // does too.
  double reference_ratio = study::kUndefined;
  double expected_convergence_trace = study::kUndefined;
  double expected_root_trace = study::kUndefined;
  double expected_sample_variance = study::kUndefined;
  double expected_latent_recovery = study::kUndefined;
  double expected_latent_recovery_top = study::kUndefined;
  double expected_top_eigenvalue = study::kUndefined;
  double expected_w2_bulk = study::kUndefined;
  double expected_kl_per_dim = study::kUndefined;
  double expected_samples_q50 = study::kUndefined;
  double expected_samples_q90 = study::kUndefined;
  double expected_samples_q99 = study::kUndefined;
  double expected_samples_recovery = study::kUndefined;
  double expected_samples_recovery_top = study::kUndefined;
};

}  // namespace thresher::linear_generative
