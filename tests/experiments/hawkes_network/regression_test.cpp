#include "experiments/hawkes_network/estimators/binned_regression.hpp"
#include "experiments/hawkes_network/estimators/filter_blocks.hpp"
#include "experiments/hawkes_network/estimators/pair_integrals.hpp"
#include "experiments/hawkes_network/estimators/row_fit.hpp"
#include "experiments/hawkes_network/estimators/row_moments.hpp"
#include "streams.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace thresher::hawkes_network {
namespace {

using testing::small_example;
using testing::streams_of;

class Regression : public ::testing::Test {
 protected:
  mpi::Communicator self_ = mpi::Communicator::self();
  study::Team team_{self_};
};

std::vector<std::vector<double>> random_streams(std::size_t nodes, double rate, double horizon) {
  std::mt19937_64 draw(5);
  std::exponential_distribution<double> gap(rate);
  std::vector<std::vector<double>> streams(nodes);
  for (auto& stream : streams)
    for (double t = gap(draw); t < horizon; t += gap(draw)) stream.push_back(t);
  return streams;
}

/// sum over events t of one stream of the other's filter, by definition.
double filter_sum(std::vector<double> const& source, std::vector<double> const& target, double decay) {
  double sum = 0;
  for (double const t : target)
    for (double const s : source)
      if (s < t) sum += std::exp(-decay * (t - s));
  return sum;
}

TEST_F(Regression, MatchesTheExampleWorkedByHand) {
  auto two = small_example();
  two.pop_back();
  auto const streams = streams_of(two);
  Observation const observation(self_, streams, 10);
  auto const rows = row_regressions(observation, {{0, 1}, {0, 1}}, 1, team_);
  auto const& gram = rows[0].moments.gram;
  EXPECT_NEAR(gram(0, 0), 10, 1e-14);
  EXPECT_NEAR(gram(1, 0), 4.96765736, 1e-8);
  EXPECT_NEAR(gram(2, 0), 5.51959174, 1e-8);
  EXPECT_NEAR(gram(1, 1), 4.4431667825335, 1e-12);
  EXPECT_NEAR(gram(1, 2), 3.0039720739039, 1e-12);
  EXPECT_NEAR(gram(2, 2), 4.9470472915596, 1e-12);
  EXPECT_NEAR(rows[0].moments.h[1], 1.9436898055760, 1e-12);
  EXPECT_NEAR(rows[1].moments.h[1], 4.6544242978128, 1e-12);
  EXPECT_NEAR(rows[0].moments.h[2], 1.3690575192332, 1e-12);
  EXPECT_NEAR(rows[1].moments.h[2], 2.0624433380505, 1e-12);

  auto const fit = fit_rows({0, 2}, rows, {1, 1});
  EXPECT_NEAR(fit.baselines[0], 0.9794906194, 1e-9);
  EXPECT_NEAR(fit.self_weights[0], -0.17964892, 1e-8);
  EXPECT_NEAR(fit.pairs[0][0].weight, -0.70702184, 1e-8);
  EXPECT_NEAR(fit.pairs[0][0].score, -1.6450759, 1e-7);
  EXPECT_NEAR(fit.baselines[1], 0.5623960460, 1e-9);
  EXPECT_NEAR(fit.pairs[1][0].weight, 0.95194237, 1e-8);
  EXPECT_NEAR(fit.pairs[1][0].score, 1.37885851, 1e-8);
  EXPECT_NEAR(fit.self_weights[1], -0.78862426, 1e-8);
}

TEST_F(Regression, OneWalkAndRowByRowAgree) {
  double const horizon = 200;
  auto const nodes = random_streams(9, 1.5, horizon);
  // Silent nodes behind them take the other path.
  auto many = nodes;
  many.resize(static_cast<std::size_t>(kNodesInOneWalk) + 1);
  auto const few_streams = streams_of(nodes);
  auto const many_streams = streams_of(many);
  Observation const few(self_, few_streams, horizon);
  Observation const large(self_, many_streams, horizon);
  std::vector<std::vector<std::int32_t>> features;
  for (std::int32_t i = 0; i < 9; ++i) {
    std::vector<std::int32_t> row{i, (i + 2) % 9, (i + 5) % 9};
    std::ranges::sort(row);
    features.push_back(row);
  }
  auto const by_walk = row_regressions(few, features, 0.8, team_);
  auto padded_features = features;
  for (std::int32_t i = 9; i < kNodesInOneWalk + 1; ++i) padded_features.push_back({i});
  auto const by_row = row_regressions(large, padded_features, 0.8, team_);
  for (std::size_t row = 0; row < 9; ++row)
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(by_walk[row].moments.h[i] / by_row[row].moments.h[i], 1, 1e-12);
      for (std::size_t j = 0; j <= i; ++j) {
        EXPECT_NEAR(by_walk[row].moments.gram(i, j) / by_row[row].moments.gram(i, j), 1, 1e-12);
        EXPECT_NEAR(by_walk[row].spread(i, j) / by_row[row].spread(i, j), 1, 1e-12);
      }
    }
  // A node without events is dropped.
  auto const fit = fit_rows({0, kNodesInOneWalk + 1}, by_row, {1, 1});
  EXPECT_EQ(fit.self_weights[20], 0);
  EXPECT_EQ(fit.baselines[20], 0);
}

TEST_F(Regression, SumsAreThoseOfTheDefinition) {
  double const horizon = 60;
  double const decay = 0.7;
  auto const nodes = random_streams(5, 1, horizon);
  auto const streams = streams_of(nodes);
  Observation const observation(self_, streams, horizon);
  auto const rows = row_regressions(observation, {{0, 3}, {1}, {2}, {3}, {4}}, decay, team_);
  EXPECT_NEAR(rows[0].moments.h[2] / (decay * filter_sum(nodes[3], nodes[0], decay)), 1, 1e-12);
  EXPECT_NEAR(rows[2].moments.h[1] / (decay * filter_sum(nodes[2], nodes[2], decay)), 1, 1e-12);
  auto const integrals = pair_integrals(observation, decay, team_);
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j < 5; ++j) {
      auto const& source = nodes[static_cast<std::size_t>(j)];
      auto const& target = nodes[static_cast<std::size_t>(i)];
      EXPECT_NEAR(integrals.at_events(j, i) / (decay * filter_sum(source, target, decay)), 1, 1e-12);
      // int Z_i Z_j dt term by term: every pair of events overlaps from the later one on.
      double product = 0;
      for (double const s : source)
        for (double const t : target)
          product +=
              decay / 2 * (std::exp(-decay * std::abs(s - t)) - std::exp(-decay * (2 * horizon - s - t)));
      EXPECT_NEAR(integrals.products(j, i) / product, 1, 1e-12);
    }
  auto const ends = filters_at_end(observation, decay);
  double filter = 0;
  for (double const s : nodes[1]) filter += std::exp(-decay * (horizon - s));
  EXPECT_NEAR(ends[1] / filter, 1, 1e-12);
}

TEST_F(Regression, AnEventDoesNotSeeSimultaneousOnes) {
  auto const streams = streams_of({{1, 2, 2, 5}, {2, 5}, {4}});
  Observation const observation(self_, streams, 6);
  auto const integrals = pair_integrals(observation, 1, team_);
  EXPECT_NEAR(integrals.at_events(0, 1), std::exp(-1.0) + std::exp(-4.0) + 2 * std::exp(-3.0), 1e-14);
  EXPECT_NEAR(integrals.at_events(1, 0), std::exp(-3.0), 1e-14);
}

TEST_F(Regression, DependentFeaturesAreDropped) {
  RegressionMoments moments{SmallSymmetric(4), {3, 2, 2, 1}};
  for (std::size_t k = 0; k < 4; ++k) moments.gram(k, k) = k == 0 ? 4 : 2;
  moments.gram(2, 1) = 2;  // the same feature twice
  std::vector<std::size_t> const used{0, 1, 2, 3};
  auto const fit = fit_regression(moments, used, nullptr);
  EXPECT_NEAR(fit.coefficients[0], 0.75, 1e-14);
  EXPECT_NEAR(fit.coefficients[1], 1, 1e-14);
  EXPECT_EQ(fit.coefficients[2], 0);
  EXPECT_NEAR(fit.coefficients[3], 0.5, 1e-14);
}

TEST_F(Regression, OnBinsMatchesDirectSums) {
  Parameters point;
  point.d = 3;
  point.t_obs = 10;
  point.screen_lags = 2;
  auto const streams = streams_of(small_example());
  Observation const observation(self_, streams, 10);
  ScreeningRequest const request{.candidates = true, .all_correlations = true};
  auto const screening = screen_pairs(point, observation, request, team_);
  auto const rows = binned_regressions(observation, screening, 2, {{0, 1}, {1}, {2}}, team_);
  std::vector<std::vector<double>> counts(3, std::vector<double>(20, 0.0));
  auto const nodes = small_example();
  for (std::size_t i = 0; i < 3; ++i)
    for (double const t : nodes[i]) {
      auto& count = counts[i][static_cast<std::size_t>(t / 0.5)];
      count = std::min(2.0, count + 1);
    }
  auto const past = [&](std::size_t j, std::size_t k) {
    return counts[j][k - 1] + std::exp(-0.5) * counts[j][k - 2];
  };
  double gram = 0;
  double h = 0;
  for (std::size_t k = 2; k < 20; ++k) {
    gram += past(0, k) * past(1, k);
    h += past(1, k) * counts[0][k];
  }
  EXPECT_NEAR(rows[0].moments.gram(2, 1), gram, 1e-12);
  EXPECT_NEAR(rows[0].moments.h[2], h, 1e-12);
  std::vector<std::size_t> const used{0, 1, 2};
  auto const theta = fit_regression(rows[0].moments, used, nullptr).coefficients;
  double spread = 0;
  for (std::size_t k = 2; k < 20; ++k) {
    double const residual = counts[0][k] - theta[0] - theta[1] * past(0, k) - theta[2] * past(1, k);
    spread += past(0, k) * past(1, k) * residual * residual;
  }
  EXPECT_NEAR(rows[0].spread(2, 1), spread, 1e-12);
}

TEST(DecayFactors, AreExponentials) {
  std::vector<double> x;
  for (double value = 0; value < 700; value += 0.37) x.push_back(value);
  std::vector<double> factors(x.size());
  decay_factors(x, factors);
  for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(factors[k] / std::exp(-x[k]), 1, 4e-16);
}

TEST(TimeSort, SortsEvenAndCrowdedTimes) {
  std::mt19937_64 draw(8);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int const power : {1, 40})
    for (std::size_t const size : {0, 1, 2, 100, 5000}) {
      std::vector<double> times(size);
      for (double& time : times) time = 10 * std::pow(uniform(draw), power);
      auto expected = times;
      std::ranges::sort(expected);
      TimeSort()(times, 10);
      EXPECT_EQ(times, expected);

      auto const half = std::span<double const>(times).first(size / 2);
      auto const rest = std::span<double const>(times).subspan(size / 3);
      EventSequence merged;
      std::vector<std::span<double const>> const streams{rest, half};
      TimeMerge()(streams, 10, merged);
      std::vector<double> both(half.begin(), half.end());
      both.insert(both.end(), rest.begin(), rest.end());
      std::ranges::sort(both);
      EXPECT_EQ(merged.times, both);
      for (std::size_t k = 1; k < merged.times.size(); ++k)
        EXPECT_TRUE(merged.times[k - 1] < merged.times[k] || merged.streams[k - 1] <= merged.streams[k]);
    }
}

}  // namespace
}  // namespace thresher::hawkes_network
