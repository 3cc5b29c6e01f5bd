#pragma once

#include "../services.hpp"
#include "../trials.hpp"
#include "experiments/linear_generative/experiment.hpp"
#include "study/team.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace thresher::linear_generative {

using trials::MemoryServices;

/// The user's file with its one data set.
inline trials::MemoryInput images_input(std::vector<std::int64_t> extents, std::vector<double> values) {
  trials::MemoryInput input;
  input.sets["data"] = {std::move(extents), std::move(values)};
  return input;
}

inline trials::Measured<Metrics> run_trial(Parameters const& point, study::Team& team, std::int64_t trial = 0,
                                           std::string const& text = "test\n") {
  static Experiment const experiment;
  return trials::run_together(experiment, std::vector<Parameters>{point}, team, trial, text).front();
}

inline trials::Measured<Metrics> run_trial(Parameters const& point, std::int64_t trial = 0) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  return run_trial(point, team, trial);
}

/// Mean of a metric, with its standard error.
inline trials::Mean estimate(std::vector<Metrics> const& measured, double Metrics::*metric) {
  std::vector<double> values;
  for (auto const& each : measured) values.push_back(each.*metric);
  return trials::mean_of(values);
}

inline std::vector<Metrics> run_trials(Parameters const& point, int count) {
  std::vector<Metrics> trials;
  for (int trial = 0; trial < count; ++trial) trials.push_back(run_trial(point, trial).metrics);
  return trials;
}

inline Parameters spiked(std::int64_t dim, double gamma, double spike) {
  Parameters point{.dim = dim, .gamma = gamma, .spike = spike};
  return point;
}

inline Parameters field(std::int64_t dim, std::int64_t samples, double spike, Model model) {
  Parameters point{.dim = dim,
                   .samples = samples,
                   .spectrum = Spectrum::field,
                   .rank = spike > 0 ? 1 : 0,
                   .spike = spike,
                   .model = model};
  return point;
}

/// All metrics, by name where it matters for the eye.
inline std::vector<std::pair<std::string, double Metrics::*>> const& measured() {
  static std::vector<std::pair<std::string, double Metrics::*>> const all{
      {"memorisation", &Metrics::memorisation},
      {"memorisation_null", &Metrics::memorisation_null},
      {"convergence", &Metrics::convergence},
      {"convergence_trace", &Metrics::convergence_trace},
      {"sample_variance", &Metrics::sample_variance},
      {"root_trace", &Metrics::root_trace},
      {"latent_recovery", &Metrics::latent_recovery},
      {"latent_recovery_top", &Metrics::latent_recovery_top},
      {"latent_variance_ratio", &Metrics::latent_variance_ratio},
      {"top_eigenvalue", &Metrics::top_eigenvalue},
      {"w2_bulk", &Metrics::w2_bulk},
      {"w2_top", &Metrics::w2_top},
      {"kl_per_dim", &Metrics::kl_per_dim},
      {"eps_converged", &Metrics::eps_converged},
      {"krylov_steps", &Metrics::krylov_steps},
      {"data_passes", &Metrics::data_passes},
      {"reference_ratio", &Metrics::reference_ratio},
      {"expected_convergence_trace", &Metrics::expected_convergence_trace},
      {"expected_latent_recovery", &Metrics::expected_latent_recovery}};
  return all;
}

/// Without what tells how a method got there, and without what only `dense` measures.
inline Metrics without_method(Metrics metrics) {
  metrics.eps_converged = metrics.krylov_steps = metrics.data_passes = metrics.kl_per_dim = study::kUndefined;
  return metrics;
}

/// Both NaN, or equal to `tolerance` relative to max(1, |b|).
inline void expect_same(Metrics const& a, Metrics const& b, double tolerance) {
  for (auto const& [name, metric] : measured()) {
    ASSERT_EQ(std::isnan(a.*metric), std::isnan(b.*metric)) << name;
    if (std::isnan(a.*metric)) continue;
    EXPECT_NEAR(a.*metric, b.*metric, tolerance * std::max(1.0, std::abs(b.*metric))) << name;
  }
}

}  // namespace thresher::linear_generative
