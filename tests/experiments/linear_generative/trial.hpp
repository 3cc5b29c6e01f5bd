#pragma once

#include "../trials.hpp"
#include "experiments/linear_generative/decomposition.hpp"
#include "experiments/linear_generative/measurement.hpp"
#include "study/team.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace thresher::linear_generative {

/// The user's file, in memory.
class MemoryInput : public study::InputReader {
 public:
  MemoryInput(std::vector<std::int64_t> extents, std::vector<double> values)
      : extents_(std::move(extents)), values_(std::move(values)) {}
  bool has(std::string const& name) const override { return name == "data"; }
  std::vector<std::int64_t> extents(std::string const&) const override { return extents_; }
  std::vector<double> read(std::string const&, mpi::Range rows, mpi::Range columns) const override {
    std::int64_t width = 1;
    for (std::size_t k = 1; k < extents_.size(); ++k) width *= extents_[k];
    std::vector<double> part;
    for (auto row = rows.begin; row < rows.end; ++row)
      for (auto column = columns.begin; column < columns.end; ++column) {
        double const value = values_[static_cast<std::size_t>(row * width + column)];
        if (!std::isfinite(value)) throw study::UserError("input: holds a number that is not finite");
        part.push_back(value);
      }
    return part;
  }

 private:
  std::vector<std::int64_t> extents_;
  std::vector<double> values_;
};

/// What the engine would do for a trial, in memory.
class MemoryServices : public study::TrialServices {
 public:
  bool wants(std::string_view artifact) const override { return wanted.contains(std::string(artifact)); }
  void store(study::Artifact artifact) override { artifacts[artifact.name] = std::move(artifact); }
  void store_distributed(std::string_view name, std::vector<std::int64_t> const& extents, mpi::Range rows,
                         std::span<double const> values) override {
    artifacts[std::string(name)] = {std::string(name), extents, {values.begin(), values.end()}};
    distributed_rows = rows;
  }
  void warn(std::string const& message) override { warnings.push_back(message); }
  void progress(double part) override { EXPECT_TRUE(part >= 0 && part <= 1) << part; }
  bool stopping() override { return asked++ == stop_at; }
  void keep(std::span<std::byte const> state) override { kept.emplace(state.begin(), state.end()); }
  std::optional<std::vector<std::byte>> restore() override { return kept; }

  std::set<std::string> wanted;
  std::map<std::string, study::Artifact> artifacts;
  mpi::Range distributed_rows;
  std::vector<std::string> warnings;
  std::optional<std::vector<std::byte>> kept;
  int asked = 0;
  int stop_at = -1;
};

struct Trial {
  Metrics metrics;
  study::Outcome outcome = study::Outcome::ok;
};

/// One trial at one point, through all stages. Trials with the same text share their draws, whatever the
/// point.
inline Trial run_trial(Parameters const& point, study::Team& team, std::int64_t trial = 0,
                       std::string const& text = "test\n") {
  team.begin_trial({text, trial});
  std::span<Parameters const> const points(&point, 1);
  DataSets const sets(points, team);
  Decomposition const decomposition(points, sets, team);
  Trial result;
  result.outcome = measure_point(decomposition, point, team, result.metrics);
  return result;
}

inline Trial run_trial(Parameters const& point, std::int64_t trial = 0) {
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
  Parameters point;
  point.dim = dim;
  point.gamma = gamma;
  point.spike = spike;
  return point;
}

inline Parameters field(std::int64_t dim, std::int64_t samples, double spike, Model model) {
  Parameters point;
  point.dim = dim;
  point.samples = samples;
  point.spectrum = Spectrum::field;
  point.spike = spike;
  point.rank = spike > 0 ? 1 : 0;
  point.model = model;
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
