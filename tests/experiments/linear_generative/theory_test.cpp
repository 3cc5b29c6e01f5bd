#include "experiments/linear_generative/model/field_power.hpp"
#include "experiments/linear_generative/model/noise_schedule.hpp"
#include "experiments/linear_generative/theory/deterministic_equivalent.hpp"
#include "experiments/linear_generative/theory/latent_theory.hpp"
#include "experiments/linear_generative/theory/memorisation_theory.hpp"
#include "experiments/linear_generative/theory/predictions.hpp"
#include "numerics/marchenko_pastur.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace thresher::linear_generative {
namespace {

Parameters spiked(std::int64_t dim, double gamma, double spike) {
  Parameters point{.dim = dim, .gamma = gamma, .spike = spike};
  return point;
}

TEST(Predictions, RidgeRaisesConvergence) {
  auto point = spiked(1'000'000, 0.5, 2);
  point.ridge = 0.3;
  Predictions predictions;
  predict_limits(point, predictions);
  EXPECT_NEAR(predictions.convergence, 0.7628198868, 5e-9);
  point = spiked(1'000'000, 1, 2);
  point.ridge = 0.5;
  predict_limits(point, predictions);
  EXPECT_NEAR(predictions.convergence, 0.9000847805, 5e-9);
  predict_finite_size(point, predictions);
  EXPECT_NEAR(predictions.sample_variance, 1.5, 1e-12);
}

TEST(Predictions, DivergenceIsHalfOfLogTwoAtLoadTwo) {
  Predictions predictions;
  predict_limits(spiked(1000, 2, 1), predictions);
  EXPECT_NEAR(predictions.kl_per_dim, std::log(2.0) / 2, 1e-7);
  Predictions undefined;
  predict_limits(spiked(1000, 1, 1), undefined);
  EXPECT_TRUE(std::isnan(undefined.kl_per_dim));
}

TEST(DeterministicEquivalent, OfTheIdentityIsMarchenkoPastur) {
  std::vector<Level> const identity{{1, 1000}};
  for (double const n : {500.0, 1000.0, 2000.0})
    EXPECT_NEAR(equivalent_root_trace(identity, n, 0), numerics::marchenko_pastur_mean_root(n / 1000), 1e-9);
  EXPECT_NEAR(resolvent_root(identity, 500, 0), 1, 1e-12);
  EXPECT_EQ(resolvent_root(identity, 1000, 0), 0);
}

TEST(DeterministicEquivalent, OfPowerLawsMatchesReferenceValues) {
  auto const steep = population_spectrum(powerlaw_eigenvalues(1000, 1), 1).all();
  EXPECT_NEAR(equivalent_convergence(steep, 100, 0), 0.4959167, 5e-8);
  EXPECT_NEAR(equivalent_convergence(steep, 1000, 0), 0.8890141, 5e-8);
  auto const flat = population_spectrum(powerlaw_eigenvalues(1000, 0.5), 1).all();
  EXPECT_NEAR(equivalent_convergence(flat, 100, 0.1), 0.3662486, 5e-8);
  EXPECT_NEAR(equivalent_convergence(flat, 1000, 0.1), 0.8268737, 5e-8);
}

TEST(DeterministicEquivalent, HandlesNullDirectionsAndLongSpectra) {
  std::vector<Level> const half_empty{{2, 500}, {0, 500}};
  EXPECT_NEAR(equivalent_root_trace(half_empty, 1000, 0),
              0.5 * std::sqrt(2.0) * numerics::marchenko_pastur_mean_root(2), 1e-9);
  // Bins of a long power law: compared with every eigenvalue its own level.
  auto const values = powerlaw_eigenvalues(20'000, 1);
  auto const binned = population_spectrum(values, 0).all();
  EXPECT_LE(binned.size(), 2000u);
  std::vector<Level> exact;
  for (double const value : values) exact.push_back({value, 1});
  EXPECT_NEAR(equivalent_convergence(binned, 5000, 0), equivalent_convergence(exact, 5000, 0), 1e-5);
}

TEST(DeterministicEquivalent, PlannerInvertsConvergence) {
  auto const levels = population_spectrum(powerlaw_eigenvalues(300, 1), 1).all();
  for (double const level : {0.5, 0.9, 0.99}) {
    double const n = examples_for_convergence(levels, 0, level);
    EXPECT_NEAR(equivalent_convergence(levels, n, 0), level, 1e-9);
  }
  // A strong ridge makes two models agree before the first example.
  EXPECT_TRUE(std::isnan(examples_for_convergence(levels, 100, 0.5)));
  std::vector<Level> const identity{{1, 1e6}};
  EXPECT_NEAR(examples_for_convergence(identity, 0, 0.9) / 1e6, 2.5717, 1e-4);
}

TEST(LatentTheory, FollowsBaikBenArousPeche) {
  std::vector<Level> const bulk{{1, 1e9}};
  auto const strong = recovered_spike(3, bulk, 0.5e9);
  ASSERT_TRUE(strong);
  EXPECT_NEAR(strong->overlap, 0.25, 1e-8);
  EXPECT_NEAR(strong->sample_eigenvalue, 6, 1e-8);
  auto const weak = recovered_spike(1.5, bulk, 8e9);
  ASSERT_TRUE(weak);
  EXPECT_NEAR(weak->overlap, 0.4, 1e-8);
  EXPECT_NEAR(weak->sample_eigenvalue, 1.875, 1e-8);
  EXPECT_FALSE(recovered_spike(1.5, bulk, 3.99e9));
  EXPECT_FALSE(recovered_spike(1, bulk, 1e12));
  EXPECT_NEAR(recovery_threshold(1.5, bulk), 4e9, 1);
}

TEST(LatentTheory, OfAPowerLawMatchesReferenceValues) {
  auto const spectrum = population_spectrum(powerlaw_eigenvalues(1000, 1), 1);
  auto const spike = recovered_spike(spectrum.latent.front(), others_of_leading(spectrum), 100);
  ASSERT_TRUE(spike);
  EXPECT_NEAR(spike->sample_eigenvalue, 143.590795, 5e-7);
  EXPECT_NEAR(spike->overlap * spike->sample_eigenvalue / spectrum.latent.front(), 0.983561, 5e-7);
}

TEST(LatentTheory, DegenerateSpikesHaveNoLeadingDirection) {
  auto point = spiked(400, 2, 2);
  point.rank = 3;
  Predictions predictions;
  predict_latent(point, predictions);
  EXPECT_FALSE(std::isnan(predictions.latent_recovery));
  EXPECT_TRUE(std::isnan(predictions.latent_recovery_top));
  point.spike_ratio = 0.8;
  predict_latent(point, predictions);
  EXPECT_GT(predictions.latent_recovery_top, predictions.latent_recovery);
}

TEST(LatentTheory, WithoutFactorsTheEdgeIsPredicted) {
  auto point = spiked(400, 4, 2);
  point.rank = 0;
  Predictions predictions;
  predict_latent(point, predictions);
  EXPECT_NEAR(predictions.top_eigenvalue, 2.25, 1e-12);
  EXPECT_NEAR(predictions.w2_top, std::abs(1.5 - 1), 1e-12);
}

TEST(MemorisationTheory, CountsNearestNeighbours) {
  EXPECT_NEAR(expected_largest_normal(1), 0.797885, 1e-6);
  EXPECT_NEAR(expected_largest_normal(2), 1.128379, 1e-6);
  EXPECT_NEAR(expected_largest_normal(10), 1.880716, 1e-6);
  EXPECT_NEAR(expected_largest_normal(1000), 3.435410, 1e-6);
  EXPECT_GT(expected_largest_normal(1e9), expected_largest_normal(1e8));
}

TEST(MemorisationTheory, OneExampleIsCopied) {
  EXPECT_NEAR(memorisation({1, 1000, 1000, 1000, 0}), 1, 1e-11);
  EXPECT_NEAR(memorisation({2, 1e12, 1e12, 1e12, 0}), 2 * std::numbers::sqrt2 / std::numbers::pi, 1e-6);
}

TEST(Predictions, AtTheReferenceConfigurations) {
  auto point = spiked(400, 1, 1.5);
  point.ridge = 0.5;
  Predictions ridge;
  predict_limits(point, ridge);
  predict_finite_size(point, ridge);
  predict_memorisation(point, ridge);
  predict_latent(point, ridge);
  EXPECT_NEAR(ridge.memorisation, 0.2053, 5e-5);
  EXPECT_NEAR(ridge.convergence, 0.9001, 5e-5);
  EXPECT_NEAR(ridge.latent_recovery, 0.334, 5e-4);
  EXPECT_NEAR(ridge.w2_bulk, 0.1761, 5e-5);
  EXPECT_NEAR(ridge.kl_per_dim, 0.0966, 5e-5);

  Predictions plain;
  predict_limits(spiked(600, 0.5, 2), plain);
  predict_memorisation(spiked(600, 0.5, 2), plain);
  predict_latent(spiked(600, 0.5, 2), plain);
  EXPECT_NEAR(plain.memorisation, 0.2189, 5e-5);
  EXPECT_NEAR(plain.convergence, 0.4351, 5e-5);
  EXPECT_NEAR(plain.latent_recovery, 0.251, 5e-4);
  EXPECT_NEAR(plain.top_eigenvalue, 6.00, 5e-3);

  point = spiked(400, 0.5, 2);
  point.model = Model::diffusion;
  point.sigma_min = 0.5;
  Predictions diffusion;
  predict_limits(point, diffusion);
  predict_finite_size(point, diffusion);
  predict_latent(point, diffusion);
  EXPECT_NEAR(diffusion.convergence, 0.7457, 5e-5);
  EXPECT_NEAR(diffusion.root_trace, 0.9495, 5e-5);
  EXPECT_NEAR(diffusion.latent_recovery, 0.251, 5e-4);
}

TEST(Predictions, OfTheFullFilterDoNotKnowTheDimension) {
  Parameters point{.dim = 400, .spectrum = Spectrum::field, .spike = 0, .model = Model::conv};
  for (auto const& [n, expected] : {std::pair{1, 0.777}, std::pair{4, 0.9365}}) {
    point.samples = n;
    Predictions predictions;
    predict_finite_size(point, predictions);
    EXPECT_NEAR(predictions.convergence_trace, expected, 5e-4);
  }
}

TEST(FieldPower, OfTheSmallTorus) {
  auto const power = field_power(4, 1);
  EXPECT_NEAR(power[0], 1.89910979, 5e-9);
  EXPECT_NEAR(power[1], 1.89910979, 5e-9);
  EXPECT_NEAR(power[5], 0.94955490, 5e-9);
  EXPECT_NEAR(power[10], 0.23738872, 5e-9);
}

TEST(SamplingFunction, OfAShortSchedule) {
  Parameters point{.model = Model::diffusion, .noise_steps = 4, .sigma_max = 10, .sigma_min = 0.1};
  auto const f = sampling_function(point);
  EXPECT_NEAR(f(0), 0.1, 1e-12);
  EXPECT_NEAR(f(1), 0.75434011, 5e-9);
  EXPECT_NEAR(f(4), 1.48746902, 5e-9);
}

TEST(SamplingFunction, RootScalesWithTheData) {
  // X -> b X with ridge -> b^2 ridge only rescales the samples: no cosine changes.
  Parameters point;
  point.ridge = 0.3;
  auto const f = sampling_function(point);
  point.ridge = 9 * 0.3;
  auto const scaled = sampling_function(point);
  for (double const x : {0.0, 0.5, 7.0}) EXPECT_NEAR(scaled(9 * x), 3 * f(x), 1e-14 * f(x) * 10);
}

TEST(SamplingFunction, OfManyStepsIsASquareRoot) {
  Parameters point{.model = Model::diffusion, .noise_steps = 4096, .sigma_max = 1000};
  auto const f = sampling_function(point);
  for (double x = 0.1; x <= 6; x += 0.1) EXPECT_NEAR(f(x) / std::sqrt(x), 1, 0.01);
}

TEST(SamplingFunction, LongTrainingIsConvergedTraining) {
  Parameters point;
  point.model = Model::diffusion;
  auto const converged = sampling_function(point);
  point.train_time = 1e8;
  auto const trained = sampling_function(point);
  for (double const x : {0.0, 0.3, 2.0}) EXPECT_NEAR(trained(x) / converged(x), 1, 1e-9);
  point.train_time = 0.1;
  EXPECT_GT(std::abs(sampling_function(point)(1.0) / converged(1.0) - 1), 0.01);
}

}  // namespace
}  // namespace thresher::linear_generative
