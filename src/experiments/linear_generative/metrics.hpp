#pragma once

#include <limits>

namespace thresher::linear_generative {

/// What is measured in every trial; NaN where it does not apply. Ranges and meanings are declared in
/// experiment.cpp.
struct Metrics {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double memorisation = kNone;
  double memorisation_null = kNone;
  double memorisation_excess = kNone;
  double convergence = kNone;
  double convergence_trace = kNone;
  double sample_variance = kNone;
  double root_trace = kNone;
  double latent_recovery = kNone;
  double latent_recovery_top = kNone;
  double eps_converged = kNone;
  double latent_variance_ratio = kNone;
  double top_eigenvalue = kNone;
  double w2_bulk = kNone;
  double w2_top = kNone;
  double kl_per_dim = kNone;
  double krylov_steps = kNone;
  double data_passes = kNone;
  // The user's images: their reference population differs from trial to trial, so what theory says of them
  // does too.
  double reference_ratio = kNone;
  double expected_convergence_trace = kNone;
  double expected_root_trace = kNone;
  double expected_sample_variance = kNone;
  double expected_latent_recovery = kNone;
  double expected_latent_recovery_top = kNone;
  double expected_top_eigenvalue = kNone;
  double expected_w2_bulk = kNone;
  double expected_kl_per_dim = kNone;
  double expected_samples_q50 = kNone;
  double expected_samples_q90 = kNone;
  double expected_samples_q99 = kNone;
  double expected_samples_recovery = kNone;
  double expected_samples_recovery_top = kNone;
};

}  // namespace thresher::linear_generative
