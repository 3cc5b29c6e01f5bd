#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/overlap_chain.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace thresher::reward_single_index {
namespace {

// d = 3, coordinates along theta, along v (the rest of w within the plane of w and theta), across both.
TEST(OverlapChain, StepIsThatOfTheNeuronInThreeDimensions) {
  std::mt19937 random(1);
  std::normal_distribution<> normal;
  double const m = 0.3, rate = 0.05, bias = 0.2;
  std::array<double, 3> const w{m, std::sqrt(1 - m * m), 0};
  std::array<double, 3> pull{};
  double itself = 0, across = 0;
  BatchSums sums;
  for (int row = 0; row < 8; ++row) {
    std::array<double, 3> const x{normal(random), normal(random), normal(random)};
    double const u = w[0] * x[0] + w[1] * x[1];
    double const s = normal(random) * activation_slope(Activation::tanh, u + bias);
    for (std::size_t k = 0; k < 3; ++k) pull[k] += s * x[k];
    itself += s * u;
    across += s * x[2];
    sums.along += s * x[0];
    sums.across += s * x[1];
    sums.itself += s * u;
    sums.squares += s * s;
  }
  double along = 0, norm = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double const moved = w[k] + rate * (pull[k] - itself * w[k]);
    if (k == 0) along = moved;
    norm += moved * moved;
  }
  EXPECT_NEAR(next_overlap(m, rate, sums, across * across), along / std::sqrt(norm), 1e-14);
}

TEST(OverlapChain, StaysWithinOne) {
  EXPECT_EQ(next_overlap(1, 0.1, {.along = 1, .across = 0, .itself = 1, .squares = 1}, 0), 1);
}

// Both engines, and the flow, describe the same neuron.
TEST(OverlapChain, AgreesWithInputsInDDimensions) {
  auto point = first_stage(FirstStage::online, Link::wave3, 50, 60);
  auto const ambient = estimate(run_trials(point, 12), &Metrics::overlap_mean);
  point.engine = Engine::projected;
  auto const projected = estimate(run_trials(point, 12), &Metrics::overlap_mean);
  EXPECT_NEAR(ambient.value, 0.6598, 4 * std::hypot(ambient.error, 0.0051));
  EXPECT_NEAR(projected.value, 0.6618, 4 * std::hypot(projected.error, 0.0029));
  EXPECT_NEAR(ambient.value, projected.value, 4 * std::hypot(ambient.error, projected.error));
}

TEST(OverlapChain, FollowsTheFlowInHighDimension) {
  auto point = first_stage(FirstStage::online, Link::wave3, 10'000, 60);
  point.engine = Engine::projected;
  point.n_neurons = 64;
  auto const trial = run_trial(point);
  Predictions predicted;
  predict_first_stage(point, predicted);
  EXPECT_NEAR(predicted.overlap, 0.678, 2e-3);
  EXPECT_NEAR(trial.overlap_mean, predicted.overlap, 0.03);
}

TEST(OverlapChain, TakesAnyDimension) {
  auto point = first_stage(FirstStage::online, Link::tanh, 1'000'000'000, 1);
  point.n1 = 1000;  // far too few: it stays where it starts
  point.engine = Engine::projected;
  EXPECT_LT(run_trial(point).overlap_best, 1e-3);
}

}  // namespace
}  // namespace thresher::reward_single_index
