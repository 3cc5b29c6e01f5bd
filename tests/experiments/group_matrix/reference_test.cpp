#include "experiments/group_matrix/theory/predictions.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>

// Means of trials against public reference values (an independent implementation with other draws; mean and
// standard error), against theory and against each other.

namespace thresher::group_matrix {
namespace {

using namespace testing;

void expect_agrees(std::vector<Metrics> const& measured, double Metrics::*metric, double reference,
                   double error, char const* name) {
  auto const ours = mean(measured, metric);
  EXPECT_LT(std::abs(ours.value - reference), 4 * std::hypot(ours.error, error))
      << name << ": " << ours.value << " +- " << ours.error << " against " << reference;
}

std::vector<Metrics> of_method(Estimator method, int count) {
  auto point = base();
  point.method = method;
  return run_trials(point, count);
}

TEST(Reference, MethodsAtTheBase) {
  constexpr int kTrials = 8;
  auto const game = of_method(Estimator::game, kTrials);
  auto const global = of_method(Estimator::global, kTrials);
  auto const separate = of_method(Estimator::separate, kTrials);
  auto const oracle = of_method(Estimator::oracle, kTrials);
  expect_agrees(game, &Metrics::test_error, 0.359, 0.009, "game test_error");
  expect_agrees(game, &Metrics::full_error, 0.310, 0.007, "game full_error");
  expect_agrees(game, &Metrics::subspace_dist, 0.185, 0.006, "game subspace_dist");
  expect_agrees(game, &Metrics::energy_loss, 0.0253, 0.0016, "game energy_loss");
  expect_agrees(global, &Metrics::test_error, 0.428, 0.004, "global test_error");
  expect_agrees(global, &Metrics::full_error, 0.365, 0.004, "global full_error");
  expect_agrees(global, &Metrics::subspace_dist, 0.174, 0.003, "global subspace_dist");
  expect_agrees(global, &Metrics::energy_loss, 0.0253, 0.0008, "global energy_loss");
  expect_agrees(separate, &Metrics::test_error, 0.454, 0.007, "separate test_error");
  expect_agrees(separate, &Metrics::full_error, 0.382, 0.006, "separate full_error");
  expect_agrees(separate, &Metrics::subspace_dist, 0.243, 0.005, "separate subspace_dist");
  expect_agrees(separate, &Metrics::energy_loss, 0.0439, 0.0020, "separate energy_loss");
  EXPECT_NEAR(mean(game, &Metrics::iterations).value, 160, 60);
  for (int k = 0; k < kTrials; ++k) {
    auto const at = static_cast<std::size_t>(k);
    EXPECT_LT(oracle[at].test_error, game[at].test_error);
    EXPECT_LT(game[at].test_error, global[at].test_error);
    EXPECT_LT(game[at].duality_gap, 2e-3);
    EXPECT_GE(game[at].duality_gap, -1e-9);
    EXPECT_EQ(game[at].converged, 1);
    EXPECT_EQ(game[at].obs_fraction, separate[at].obs_fraction);  // the same data
    EXPECT_LT(std::abs(game[at].obs_fraction - 0.4), 4 * std::sqrt(0.24 / (240 * 60)));
  }
  EXPECT_LT(mean(global, &Metrics::test_error).value, mean(separate, &Metrics::test_error).value);
}

TEST(Reference, OracleIsNearItsFormula) {
  auto point = base();
  point.method = Estimator::oracle;
  point.noise_sd = 1;
  point.n_cols = 120;
  Predictions theory;
  predict_rates(point, theory);
  EXPECT_NEAR(mean(run_trials(point, 4), &Metrics::test_error).value / theory.oracle_error, 1.02, 0.05);
  point.noise_sd = 0;  // exact as soon as a row has as many entries as components
  EXPECT_LT(mean(run_trials(point, 1), &Metrics::test_error).value, 1e-6);
}

TEST(Reference, SoftThresholdingAtDensityOne) {
  Parameters point;
  point.n_rows = 400;
  point.n_cols = 100;
  point.levels_2 = 1;
  point.rank_1 = 2;
  point.density = 1;
  point.noise_sd = 3;
  point.tuning = Tuning::universal;
  auto const measured = run_trials(point, 5);
  expect_agrees(measured, &Metrics::full_error, 0.758, 0.004, "full_error");
  expect_agrees(measured, &Metrics::subspace_dist, 0.429, 0.005, "subspace_dist");
  expect_agrees(measured, &Metrics::energy_loss, 0.181, 0.004, "energy_loss");
  Predictions theory;
  predict_thresholding(point, theory);
  predict_spectral(point, theory);
  EXPECT_NEAR(mean(measured, &Metrics::full_error).value / theory.svt_error, 1, 0.03);
  EXPECT_NEAR(mean(measured, &Metrics::subspace_cos2).value, theory.spectral_cos2, 0.03);
  EXPECT_NEAR(mean(measured, &Metrics::rank_mean).value, 2, 0.4);  // the level is the edge of the noise
  EXPECT_TRUE(std::isnan(measured.front().test_error));
  EXPECT_TRUE(std::isnan(measured.front().lambda_selected));
  point.method = Estimator::spectral_group;
  auto const spectral = run_trials(point, 3);
  EXPECT_NEAR(mean(spectral, &Metrics::subspace_cos2).value, theory.spectral_cos2, 0.03);
  EXPECT_NEAR(mean(spectral, &Metrics::full_error).value / theory.spectral_error, 1, 0.03);
  point.method = Estimator::spectral_global;
  EXPECT_GT(mean(run_trials(point, 2), &Metrics::full_error).value,
            mean(spectral, &Metrics::full_error).value);
}

void expect_equal(Parameters const& a, Parameters const& b, double tolerance) {
  auto const comm = mpi::Communicator::self();
  study::Team team(comm);
  auto const left = run_trial(a, team), right = run_trial(b, team);
  EXPECT_NEAR(left.test_error, right.test_error, tolerance);
  EXPECT_NEAR(left.energy_loss, right.energy_loss, tolerance);
  EXPECT_NEAR(left.objective, right.objective, tolerance * right.objective);
}

TEST(Identities, GameIsSeparateWithoutASecondFactor) {
  auto game = small();
  game.levels_2 = 1;
  auto separate = game;
  separate.method = Estimator::separate;
  expect_equal(game, separate, 1e-12);
  game = small();
  game.weight_mix = 0;
  separate = small();
  separate.method = Estimator::separate;
  expect_equal(game, separate, 1e-12);
  game = small();
  game.design = GroupDesign::chain;
  game.overlap = 0;
  separate = game;
  separate.method = Estimator::separate;
  expect_equal(game, separate, 1e-12);
  // The proximal average of one factor has the same solution.
  separate.tuning = Tuning::fixed;
  auto average = separate;
  average.solver = Solver::prox_avg;
  average.tol = separate.tol = 1e-8;
  average.max_iterations = separate.max_iterations = 20000;
  expect_equal(average, separate, 1e-5);
}

TEST(Pairs, HeldFromABlockAreZeroToSeparate) {
  auto point = small();
  point.block_fraction = 0.2;
  point.method = Estimator::separate;
  auto const separate = run_trials(point, 1).front();
  EXPECT_NEAR(separate.test_error_block, 1, 1e-6);
  point.method = Estimator::game;
  EXPECT_LT(run_trials(point, 1).front().test_error_block, 1);
}

TEST(Tuning, ValidationIsNearTheOracle) {
  auto point = small();
  point.n_rows = 144;
  point.n_cols = 40;
  point.lambda_count = 6;
  point.method = Estimator::global;
  auto const validated = run_trials(point, 4);
  point.tuning = Tuning::oracle;
  auto const best = run_trials(point, 4);
  EXPECT_LT(mean(validated, &Metrics::test_error).value, 1.03 * mean(best, &Metrics::test_error).value);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_LT(std::abs(std::log(validated[k].lambda_selected / best[k].lambda_selected)), std::log(2.6));
    EXPECT_LE(best[k].test_error, 1.01 * validated[k].test_error);
    EXPECT_GT(validated[k].val_error, 0.3);
  }
}

TEST(SideInfo, PaysWhereGroupsHaveMeans) {
  auto point = small();
  point.score_mean = 2;
  point.method = Estimator::side_info;
  auto const with_means = run_trials(point, 3);
  point.method = Estimator::global;
  EXPECT_LT(mean(with_means, &Metrics::test_error).value,
            mean(run_trials(point, 3), &Metrics::test_error).value);
}

TEST(Structure, OneCommonSubspaceFavoursTheGlobalNorm) {
  auto point = base();
  point.distinctness = 0;
  auto const game = run_trials(point, 3);
  point.method = Estimator::global;
  EXPECT_LT(mean(run_trials(point, 3), &Metrics::test_error).value, mean(game, &Metrics::test_error).value);
}

}  // namespace
}  // namespace thresher::group_matrix
