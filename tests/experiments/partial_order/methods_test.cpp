#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/solvers/gaussian_family.hpp"
#include "experiments/partial_order/solvers/hamiltonian.hpp"
#include "experiments/partial_order/solvers/starts.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thresher::partial_order {
namespace {

TEST(PosetMethods, OracleIsTheCeiling) {
  auto const trial = run_trial(with_method(MethodKind::oracle));
  EXPECT_EQ(trial.closure_f1, 1);
  EXPECT_EQ(trial.cover_f1, 1);
  EXPECT_EQ(trial.shd, 0);
  EXPECT_EQ(trial.pair_error, 0);
  EXPECT_EQ(trial.exact_recovery, 1);
  EXPECT_EQ(trial.edge_brier, 0);
  EXPECT_EQ(trial.edge_auc, 1);
  EXPECT_EQ(trial.heldout_excess, 0);
  EXPECT_EQ(trial.feasible_recall, 1);
  EXPECT_EQ(trial.infeasible_detect, 1);
}

TEST(PosetMethods, HardAndHybridChainsHaveTheExactPosterior) {
  for (auto const method : {MethodKind::hard_mcmc, MethodKind::hybrid_mcmc}) {
    auto point = small_point(method);
    point.fidelity = true;
    point.warmup = 200;
    point.samples = 400;
    point.n_test = 10;
    auto const error = estimate(run_trials(point, 4), &Metrics::fidelity_mae);
    EXPECT_LT(error.value, 0.02) << method_of(point).reads(point).size();
  }
}

TEST(PosetMethods, RelaxedChainsComeCloserAsTauFalls) {
  auto point = small_point(MethodKind::relaxed_mcmc);
  point.fidelity = true;
  point.n_test = 10;
  point.tau = 0.3;
  auto const hot = estimate(run_trials(point, 6), &Metrics::fidelity_mae);
  point.tau = 0.05;
  auto const cold = estimate(run_trials(point, 6), &Metrics::fidelity_mae);
  EXPECT_LT(cold.value, hot.value);
  EXPECT_LT(cold.value, 0.08);
}

TEST(PosetMethods, FullRankHasTheHigherBound) {
  auto point = small_point(MethodKind::fr_vi);
  point.fidelity = true;
  point.vi_iter = 600;
  point.restarts = 2;
  point.n_test = 10;
  auto const full = run_trials(point, 3);
  point.method = MethodKind::mf_vi;
  auto const diagonal = run_trials(point, 3);
  point.method = MethodKind::mf_vi_saa;
  auto const fixed = run_trials(point, 3);
  for (std::size_t trial = 0; trial < full.size(); ++trial) {
    EXPECT_GT(full[trial].elbo, diagonal[trial].elbo);
    // The draws are used again and again: optimistic.
    EXPECT_GT(fixed[trial].elbo, diagonal[trial].elbo - 0.5);
  }
  EXPECT_LT(estimate(full, &Metrics::fidelity_mae).value, 0.15);
}

TEST(PosetMethods, PolishEndsWhereNoNeighbourIsLikelier) {
  auto point = with_method(MethodKind::map);
  point.n_sequences = 30;
  point.restarts = 1;
  auto const plain = run_trials(point, 5);
  point.polish = true;
  auto const polished = run_trials(point, 5);
  EXPECT_GE(estimate(polished, &Metrics::closure_f1).value,
            estimate(plain, &Metrics::closure_f1).value - 0.02);
  for (std::size_t trial = 0; trial < plain.size(); ++trial)
    EXPECT_EQ(plain[trial].log_posterior, polished[trial].log_posterior);
}

TEST(PosetMethods, LearnHyperParameters) {
  auto point = with_method(MethodKind::map);
  point.n_sequences = 200;
  point.infer_hyper = true;
  auto const trials = run_trials(point, 4);
  EXPECT_NEAR(estimate(trials, &Metrics::beta_hat).value, 1, 0.4);
  EXPECT_NEAR(estimate(trials, &Metrics::epsilon_hat).value, 0.05, 0.05);
  EXPECT_GT(estimate(trials, &Metrics::closure_f1).value, 0.95);
}

TEST(PosetMethods, TauDoesNotReachHardChains) {
  auto point = small_point(MethodKind::hard_mcmc);
  point.fidelity = true;
  point.samples = 50;
  auto const one = run_trial(point);
  point.tau = 0.02;
  auto const other = run_trial(point);
  EXPECT_EQ(one.fidelity_mae, other.fidelity_mae);
  EXPECT_EQ(one.heldout_loglik, other.heldout_loglik);
}

TEST(PosetMethods, CrownsNeedTheirDimension) {
  auto point = with_method(MethodKind::map);
  point.poset = Poset::crown;
  point.n_sequences = 300;
  point.restarts = 6;
  point.latent_dim = 2;
  EXPECT_LT(estimate(run_trials(point, 2), &Metrics::closure_f1).value, 0.95);
  point.latent_dim = 4;
  EXPECT_GT(estimate(run_trials(point, 2), &Metrics::closure_f1).value, 0.97);
}

TEST(PosetMethods, PartialListsOfManyItems) {
  auto point = with_method(MethodKind::map);
  point.n_items = 60;
  point.list_length = 10;
  point.sequences_per_item = 40;
  point.restarts = 1;
  auto const trial = run_trial(point);
  EXPECT_GT(trial.closure_f1, 0.9);
  EXPECT_EQ(trial.coverage, 40);
  // Each pair is seen in N m (m - 1) / (n (n - 1)) = 6.1 lists.
  EXPECT_GT(trial.pair_coverage, 0.99);
}

TEST(GaussianFamily, ClimbsToANormalLawItself) {
  auto const self = mpi::Communicator::self();
  study::Team const team(self);
  auto const stream = team.stream("vi");
  // log density -x' A x / 2 + b' x, A = ((2, 0.8), (0.8, 1)), b = (1, -1).
  for (auto const covariance : {Covariance::full, Covariance::diagonal}) {
    GaussianFamily family(self, 2, covariance);
    family.start(std::vector<double>{3, -2});
    std::vector<double> noise(2), x(2), gradient(2);
    constexpr std::int64_t kSteps = 30000;
    for (std::int64_t step = 0; step < kSteps; ++step) {
      stream.normals({static_cast<std::uint64_t>(step)}, 0, noise);
      for (double const sign : {1.0, -1.0}) {
        family.draw(noise, sign, x);
        gradient = {1 - 2 * x[0] - 0.8 * x[1], -1 - 0.8 * x[0] - x[1]};
        family.add(noise, sign, gradient);
      }
      family.ascend(2, 0.02 * (1 - static_cast<double>(step) / kSteps));
    }
    auto const& q = family.parameters();  // mu_0, ls_0, mu_1, ls_1, L_10 where there is one
    double const determinant = 2 * 1 - 0.8 * 0.8;
    EXPECT_NEAR(q[0], (1 * 1 - 0.8 * -1) / determinant, 0.03);
    EXPECT_NEAR(q[2], (2 * -1 - 0.8 * 1) / determinant, 0.03);
    if (covariance == Covariance::full) {
      EXPECT_NEAR(std::exp(2 * q[1]), 1 / determinant, 0.03);
      EXPECT_NEAR(std::exp(q[1]) * q[4], -0.8 / determinant, 0.03);
      EXPECT_NEAR(q[4] * q[4] + std::exp(2 * q[3]), 2 / determinant, 0.06);
    } else {
      // The variances are those of the conditional laws.
      EXPECT_NEAR(std::exp(2 * q[1]), 0.5, 0.03);
      EXPECT_NEAR(std::exp(2 * q[3]), 1, 0.05);
    }
  }
}

TEST(Hamiltonian, WithoutListsHasThePrior) {
  Parameters point;
  point.n_items = 4;
  auto const self = mpi::Communicator::self();
  study::Team const team(self);
  Sequences const none;
  RelaxedPosterior posterior(self, none, point);
  TrajectoryStreams const streams{team.stream("momentum"), team.stream("path"), team.stream("accept")};
  Hamiltonian hamiltonian(posterior, point.tau, 8, streams);
  std::vector<double> position(posterior.size(), 0.0);
  double related = 0;
  double pairs = 0;
  double squares = 0;
  constexpr int kDraws = 4000;
  for (int it = 0; it < kDraws; ++it) {
    hamiltonian.move(
        0, it, 0.4, [](std::span<double const>, double driving) { return driving; }, position);
    ProductOrder const order(posterior.latents(position));
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 4; ++j) {
        if (i == j) continue;
        related += order.precedes(i, j) ? 1 : 0;
        ++pairs;
      }
    for (double const z : position) squares += z * z;
  }
  // P(i > j) = 1 / (K + 1) at rho 1/2.
  EXPECT_NEAR(related / pairs, 1.0 / 3, 0.015);
  EXPECT_NEAR(squares / (kDraws * 8), 1, 0.06);
}

TEST(StepSize, AimsAtItsAcceptance) {
  // A chain whose acceptance is exp(-step): the target 0.8 is at step 0.223.
  StepSize size;
  EXPECT_EQ(size.step(), 0.05);
  for (int it = 0; it < 2000; ++it) size.learn(std::exp(-size.step()), 0.8);
  size.freeze();
  EXPECT_NEAR(size.step(), -std::log(0.8), 0.01);
}

TEST(Starts, OrderItemsByTheirMeanPlaces) {
  Sequences lists;
  lists.items = {2, 0, 1, 3, 2, 0};
  lists.offset = {0, 4, 6};
  lists.steps = {2, 2};
  auto const places = mean_places(lists, 5);
  // Unlisted items share the places 3 and 4 of 4; item 4 is in no list.
  EXPECT_DOUBLE_EQ(places[2], (0.125 + 0.25) / 2);
  EXPECT_DOUBLE_EQ(places[0], (0.375 + 0.75) / 2);
  EXPECT_DOUBLE_EQ(places[1], 0.75);
  EXPECT_DOUBLE_EQ(places[3], 0.75);
  EXPECT_DOUBLE_EQ(places[4], 0.5);
}

TEST(Starts, TemperaturesFallInEqualRatios) {
  Parameters point;
  point.tau_start = 1;
  point.tau = 0.01;
  point.anneal_stages = 3;
  auto const stages = temperatures(point);
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_DOUBLE_EQ(stages[0], 1);
  EXPECT_DOUBLE_EQ(stages[1], 0.1);
  EXPECT_EQ(stages[2], 0.01);
  point.anneal_stages = 1;
  EXPECT_EQ(temperatures(point), std::vector<double>{0.01});
}

}  // namespace
}  // namespace thresher::partial_order
