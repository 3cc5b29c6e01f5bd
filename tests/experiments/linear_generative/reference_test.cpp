#include "experiments/linear_generative/theory/predictions.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

/// A public reference value with its standard error.
void expect_reference(std::vector<Metrics> const& trials, double Metrics::*metric, double mean, double error,
                      char const* name) {
  auto const found = estimate(trials, metric);
  EXPECT_NEAR(found.value, mean, 4 * std::hypot(found.error, error)) << name << " +- " << found.error;
}

Predictions predictions_for(Parameters const& point) {
  Predictions predictions;
  predict_limits(point, predictions);
  predict_finite_size(point, predictions);
  predict_memorisation(point, predictions);
  predict_latent(point, predictions);
  return predictions;
}

TEST(Reference, RidgeAtLoadOne) {
  auto point = spiked(400, 1, 1.5);
  point.ridge = 0.5;
  point.num_generated = 32;
  auto const trials = run_trials(point, 20);
  expect_reference(trials, &Metrics::memorisation, 0.2041, 0.0004, "memorisation");
  expect_reference(trials, &Metrics::convergence, 0.9003, 0.0002, "convergence");
  expect_reference(trials, &Metrics::latent_recovery, 0.325, 0.011, "latent_recovery");
  expect_reference(trials, &Metrics::w2_bulk, 0.1767, 0.0002, "w2_bulk");
  expect_reference(trials, &Metrics::kl_per_dim, 0.0969, 0.00005, "kl_per_dim");
}

TEST(Reference, KrylovAtLoadOneHalf) {
  auto point = spiked(600, 0.5, 2);
  point.method = Method::krylov;
  auto const trials = run_trials(point, 12);
  expect_reference(trials, &Metrics::memorisation, 0.2182, 0.0017, "memorisation");
  expect_reference(trials, &Metrics::convergence, 0.4373, 0.0022, "convergence");
  expect_reference(trials, &Metrics::latent_recovery, 0.240, 0.017, "latent_recovery");
  expect_reference(trials, &Metrics::top_eigenvalue, 6.04, 0.03, "top_eigenvalue");
  expect_reference(trials, &Metrics::krylov_steps, 30.1, 0.1, "krylov_steps");
}

TEST(Reference, DiffusionWithTerminalNoise) {
  auto point = spiked(400, 0.5, 2);
  point.model = Model::diffusion;
  point.sigma_min = 0.5;
  point.num_generated = 32;
  auto const trials = run_trials(point, 40);
  expect_reference(trials, &Metrics::memorisation, 0.2366, 0.0006, "memorisation");
  expect_reference(trials, &Metrics::convergence, 0.7461, 0.0005, "convergence");
  expect_reference(trials, &Metrics::latent_recovery, 0.244, 0.011, "latent_recovery");
  expect_reference(trials, &Metrics::root_trace, 0.9528, 0.0022, "root_trace");
}

TEST(Reference, FullFilterOnFourImages) {
  auto point = field(400, 4, 0, Model::conv);
  point.num_generated = 32;
  auto const trials = run_trials(point, 100);
  expect_reference(trials, &Metrics::memorisation, 0.2138, 0.0024, "memorisation");
  expect_reference(trials, &Metrics::convergence_trace, 0.9367, 0.0018, "convergence_trace");
  expect_reference(trials, &Metrics::memorisation_excess, 0.0205, 0.0015, "memorisation_excess");
}

TEST(Theory, TracesAndDistancesOfSpikedSpectra) {
  for (double const gamma : {0.25, 2.0}) {
    auto const point = spiked(400, gamma, 2);
    auto const trials = run_trials(point, 20);
    auto const theory = predictions_for(point);
    for (auto const& [metric, predicted] : {std::pair{&Metrics::convergence_trace, theory.convergence_trace},
                                            {&Metrics::root_trace, theory.root_trace},
                                            {&Metrics::sample_variance, theory.sample_variance},
                                            {&Metrics::w2_bulk, theory.w2_bulk}}) {
      auto const found = estimate(trials, metric);
      EXPECT_NEAR(found.value, predicted, 4 * found.error + 0.005);
    }
    EXPECT_NEAR(estimate(trials, &Metrics::memorisation).value / theory.memorisation, 1, 0.03);
    EXPECT_NEAR(estimate(trials, &Metrics::memorisation_null).value / theory.memorisation_null, 1, 0.03);
  }
}

TEST(Theory, PowerLaws) {
  for (auto const& [alpha, slack] : {std::pair{0.5, 0.01}, {1.0, 0.01}, {1.5, 0.04}}) {
    auto point = spiked(400, 0.5, 0);
    point.spectrum = Spectrum::powerlaw;
    point.alpha = alpha;
    point.num_generated = 64;
    auto const trials = run_trials(point, 20);
    auto const theory = predictions_for(point);
    for (auto const& [metric, predicted] : {std::pair{&Metrics::convergence_trace, theory.convergence_trace},
                                            {&Metrics::root_trace, theory.root_trace},
                                            {&Metrics::w2_bulk, theory.w2_bulk}}) {
      auto const found = estimate(trials, metric);
      EXPECT_NEAR(found.value, predicted, 4 * found.error + 0.005 + slack * predicted) << alpha;
    }
  }
}

TEST(Theory, RecoveryOnBothSidesOfTheThreshold) {
  // gamma_c = 1 / theta^2 = 1/4.
  auto above = spiked(500, 0.5, 2);
  above.wasserstein = Choice::no;
  auto const found = estimate(run_trials(above, 20), &Metrics::latent_recovery);
  EXPECT_NEAR(found.value, predictions_for(above).latent_recovery, 4 * found.error + 0.02);
  auto below = above;
  below.gamma = 0.125;
  EXPECT_LT(estimate(run_trials(below, 20), &Metrics::latent_recovery).value, 0.06);
}

TEST(Theory, EntriesOfOtherLawsFollowTheSamePredictions) {
  for (auto const entry : {Entry::rademacher, Entry::uniform}) {
    auto point = spiked(400, 0.5, 2);
    point.entry = entry;
    point.wasserstein = Choice::no;
    point.latent_basis = LatentBasis::random;
    auto const found = estimate(run_trials(point, 20), &Metrics::convergence_trace);
    EXPECT_NEAR(found.value, predictions_for(point).convergence_trace, 4 * found.error + 0.005);
  }
}

TEST(Theory, BulkDistanceIsAFunctionOfConvergence) {
  auto point = spiked(400, 1, 1);
  point.num_generated = 64;
  auto const trials = run_trials(point, 5);
  double const q = estimate(trials, &Metrics::convergence_trace).value;
  EXPECT_NEAR(estimate(trials, &Metrics::w2_bulk).value, 2 * (1 - std::sqrt(q)), 0.01);
}

TEST(Theory, VarianceAlongTheFactorIsRightAtAnyLoad) {
  auto point = spiked(200, 0.1, 2);  // far below the threshold
  point.num_generated = 64;
  point.wasserstein = Choice::no;
  auto const found = estimate(run_trials(point, 40), &Metrics::latent_variance_ratio);
  EXPECT_NEAR(found.value, 1, 4 * found.error);
}

TEST(Images, ConvolutionConvergesWithoutRecovery) {
  auto point = field(400, 4, 40, Model::conv);
  auto const conv = run_trials(point, 10);
  EXPECT_GT(estimate(conv, &Metrics::convergence).value, 0.9);
  EXPECT_LT(estimate(conv, &Metrics::latent_recovery).value, 0.05);
  EXPECT_LT(estimate(conv, &Metrics::latent_variance_ratio).value, 0.2);
  point.samples = 64;
  point.model = Model::sqrt;
  auto const root = run_trials(point, 10);
  EXPECT_GT(estimate(root, &Metrics::latent_recovery).value, 0.6);
  EXPECT_LT(estimate(root, &Metrics::convergence).value, 0.8);
}

}  // namespace
}  // namespace thresher::linear_generative
