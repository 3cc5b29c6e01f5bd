#include "experiments/linear_generative/estimators/measurement.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

namespace thresher::linear_generative {
namespace {

class MethodsTest : public testing::TestWithParam<double> {};

TEST_P(MethodsTest, DenseKrylovAndMfnAgree) {
  for (double const ridge : {0.0, 0.2}) {
    auto point = spiked(150, GetParam(), 3);
    point.ridge = ridge;
    point.num_generated = 6;
    point.method = Method::dense;
    point.wasserstein = Choice::no;
    auto const dense = run_trial(point);
    point.method = Method::krylov;
    auto const krylov = run_trial(point);
    point.method = Method::mfn;
    auto const mfn = run_trial(point);
    EXPECT_EQ(krylov.outcome, study::Outcome::ok);
    EXPECT_EQ(mfn.outcome, study::Outcome::ok);
    expect_same(without_method(krylov.metrics), without_method(dense.metrics), 10 * point.krylov_tol);
    expect_same(without_method(mfn.metrics), without_method(dense.metrics), 2e-3);
    EXPECT_EQ(krylov.metrics.eps_converged, 1);
    EXPECT_GT(krylov.metrics.krylov_steps, 5);
  }
}
INSTANTIATE_TEST_SUITE_P(Loads, MethodsTest, testing::Values(0.1, 0.5, 2, 8));

TEST(Invariance, MethodsAgreeOnDiffusionAndOtherSpectra) {
  auto diffusion = spiked(120, 0.5, 2);
  diffusion.model = Model::diffusion;
  diffusion.sigma_min = 0.3;
  auto random = spiked(120, 2, 2);
  random.latent_basis = LatentBasis::random;
  random.rank = 2;
  random.spike_ratio = 0.5;
  auto powerlaw = spiked(120, 0.7, 0);
  powerlaw.spectrum = Spectrum::powerlaw;
  auto const images = field(121, 60, 40, Model::sqrt);
  for (auto point : {diffusion, random, powerlaw, images}) {
    point.method = Method::dense;
    point.wasserstein = Choice::no;
    auto const dense = without_method(run_trial(point).metrics);
    point.method = Method::krylov;
    point.krylov_tol = 1e-6;
    expect_same(without_method(run_trial(point).metrics), dense, 1e-4);
  }
}

TEST(Invariance, QuadratureOfTheDistanceAgreesWithTheWholeSpectrum) {
  for (auto const& [gamma, ridge, basis] : {std::tuple{0.5, 0.0, LatentBasis::canonical},
                                            {2.0, 0.0, LatentBasis::random},
                                            {0.5, 0.4, LatentBasis::random}}) {
    auto point = spiked(200, gamma, 3);
    point.ridge = ridge;
    point.latent_basis = basis;
    point.num_generated = 64;
    point.wasserstein = Choice::yes;
    point.method = Method::dense;
    auto const dense = run_trial(point).metrics;
    point.method = Method::krylov;
    EXPECT_NEAR(run_trial(point).metrics.w2_bulk, dense.w2_bulk, 0.02);
  }
}

TEST(Invariance, StorageChangesNoBit) {
  auto point = spiked(150, 0.5, 2);
  point.method = Method::krylov;
  point.storage = Storage::stored;
  auto const stored = run_trial(point).metrics;
  point.storage = Storage::implicit;
  expect_same(run_trial(point).metrics, stored, 0);
  point.storage = Storage::stored32;
  expect_same(run_trial(point).metrics, stored, 1e-4);
}

TEST(Invariance, OneExampleIsMemorised) {
  for (auto const method : {Method::dense, Method::krylov}) {
    auto point = spiked(100, 1, 2);
    point.samples = 1;
    point.method = method;
    EXPECT_NEAR(run_trial(point).metrics.memorisation, 1, 1e-12);
  }
}

TEST(Invariance, FewExamplesBreakDownToTheExactAnswer) {
  for (std::int64_t const n : {1, 2, 3}) {
    auto point = spiked(100, 1, 2);
    point.samples = n;
    point.wasserstein = Choice::no;
    point.method = Method::dense;
    auto const dense = run_trial(point).metrics;
    point.method = Method::krylov;
    auto const krylov = run_trial(point).metrics;
    expect_same(without_method(krylov), without_method(dense), 1e-6);
    EXPECT_EQ(krylov.krylov_steps, static_cast<double>(n + 1));
  }
}

TEST(Invariance, RecoveryKnowsNeitherRidgeNorModelNorSeeds) {
  auto point = spiked(120, 1, 2);
  auto const plain = run_trial(point).metrics.latent_recovery;
  auto ridge = point;
  ridge.ridge = 0.7;
  auto diffusion = point;
  diffusion.model = Model::diffusion;
  auto seeds = point;
  seeds.num_generated = 3;
  for (auto const& other : {ridge, diffusion, seeds})
    EXPECT_EQ(run_trial(other).metrics.latent_recovery, plain);
}

TEST(Invariance, RidgeLowersMemorisationAndRaisesConvergence) {
  auto point = spiked(200, 0.1, 1);
  auto before = run_trial(point).metrics;
  for (double const ridge : {0.1, 0.5, 1.0}) {
    point.ridge = ridge;
    auto const after = run_trial(point).metrics;
    EXPECT_LT(after.memorisation, before.memorisation);
    EXPECT_GT(after.convergence_trace, before.convergence_trace);
    before = after;
  }
}

TEST(Invariance, DivergenceDoesNotSeeTheSpikes) {
  // Canonical basis and common draws: C = Sigma^1/2 W Sigma^1/2 with the same W.
  auto const reference = run_trial(spiked(100, 3, 0)).metrics.kl_per_dim;
  for (double const spike : {0.5, 2.0, 20.0})
    EXPECT_NEAR(run_trial(spiked(100, 3, spike)).metrics.kl_per_dim, reference, 1e-10);
}

TEST(Invariance, ConvergenceHardlySeesTheSpikes) {
  auto weak = spiked(500, 2, 0.5);
  auto strong = spiked(500, 2, 4);
  weak.wasserstein = strong.wasserstein = Choice::no;
  // Common draws: only the spikes differ.
  auto const of_weak = estimate(run_trials(weak, 8), &Metrics::convergence);
  auto const of_strong = estimate(run_trials(strong, 8), &Metrics::convergence);
  EXPECT_NEAR(of_weak.value, of_strong.value, 0.002);
}

TEST(Invariance, ASeedThatDoesNotConvergeIsReported) {
  auto point = spiked(150, 1, 2);
  point.method = Method::krylov;
  point.krylov_max = 6;
  auto const trial = run_trial(point);
  EXPECT_EQ(trial.outcome, study::Outcome::not_converged);
  EXPECT_EQ(trial.metrics.krylov_steps, 6);
  EXPECT_FALSE(std::isnan(trial.metrics.convergence));
}

TEST(Interruption, AnInterruptedTrialContinuesFromItsState) {
  auto const comm = mpi::Communicator::self();
  auto point = spiked(150, 1, 3);
  point.method = Method::krylov;
  auto const expected = run_trial(point).metrics;
  // In the first recurrence, in the eigensolver, in the second model.
  for (int const stop_at : {7, 100, 150}) {
    MemoryServices services;
    study::Team team(comm);
    team.set_services(&services);
    services.stop_at = stop_at;
    EXPECT_THROW(run_trial(point, team), study::Interrupted) << stop_at;
    ASSERT_TRUE(services.kept);
    services.stop_at = -1;
    expect_same(run_trial(point, team).metrics, expected, 0);
  }
}

TEST(Interruption, TheStateOfAnotherPointIsLeftAlone) {
  auto const comm = mpi::Communicator::self();
  MemoryServices services;
  study::Team team(comm);
  team.set_services(&services);
  auto point = spiked(150, 1, 3);
  point.method = Method::krylov;
  services.stop_at = 30;
  EXPECT_THROW(run_trial(point, team), study::Interrupted);
  services.stop_at = -1;
  point.ridge = 0.1;
  auto const expected = run_trial(point).metrics;
  expect_same(run_trial(point, team).metrics, expected, 0);
}

}  // namespace
}  // namespace thresher::linear_generative
