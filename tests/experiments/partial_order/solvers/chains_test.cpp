#include "../orders.hpp"
#include "experiments/partial_order/solvers/chain_diagnostics.hpp"
#include "experiments/partial_order/solvers/draw_summary.hpp"
#include "experiments/partial_order/solvers/exact_posterior.hpp"
#include "experiments/partial_order/solvers/hard_likelihood.hpp"
#include "experiments/partial_order/solvers/hard_sweep.hpp"
#include "experiments/partial_order/theory/subset_law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::partial_order {
namespace {

SweepStreams streams_of(std::string const& text) {
  auto const key = random::hash_identity(text);
  return {{key, "sweep_order"}, {key, "sweep_scale"}, {key, "sweep_row"}, {key, "sweep_accept"}};
}

/// Edge shares of a chain from 0.
std::vector<double> edge_shares(MovingLikelihood& likelihood, std::int64_t items, double rho, int sweeps) {
  auto const streams = streams_of("chain");
  HardChain chain(likelihood, items, 2, rho, streams, 0);
  std::vector<double> start(static_cast<std::size_t>(2 * items));
  for (std::size_t k = 0; k < start.size(); ++k) start[k] = std::sin(static_cast<double>(k + 1));
  chain.place(start);
  DrawSummary draws;
  for (int it = 0; it < sweeps; ++it) {
    chain.sweep(static_cast<std::uint64_t>(it));
    draws.add(chain.order(), it, sweeps);
  }
  std::vector<double> shares;
  for (auto const count : draws.edge_counts)
    shares.push_back(static_cast<double>(count) / static_cast<double>(sweeps));
  return shares;
}

TEST(HardChain, WithoutDataHasThePrior) {
  Sequences const nothing;
  auto const likelihood = make_moving_likelihood(nothing, 4, {1, 0.05});
  auto const shares = edge_shares(*likelihood, 4, 0.5, 20000);
  double mean = 0;
  for (double const share : shares) mean += share / 12;
  EXPECT_NEAR(mean, 1.0 / 3, 0.01);
}

TEST(HardChain, HasThePosteriorThatEnumerationHas) {
  std::mt19937 random(1);
  auto const lists =
      testing::lists_of({{0, 1, 2, 3}, {0, 2, 1, 3}, {1, 0, 2, 3}, {0, 1, 3, 2}, {2, 0, 1, 3}});
  Noise const noise{1, 0.05};
  auto const exact = exact_posterior(lists, 4, noise);
  auto const likelihood = make_moving_likelihood(lists, 4, noise);
  auto const shares = edge_shares(*likelihood, 4, 0, 20000);
  for (std::size_t pair = 0; pair < 16; ++pair) EXPECT_NEAR(shares[pair], exact.edges[pair], 0.02);
}

TEST(HardChain, GoesOnFromLatentsToTheSameBits) {
  std::mt19937 random(2);
  auto const lists = testing::random_lists(10, 10, 10, 20, random);
  for (auto const noise : {Noise{1, 0.05}, Noise{1.5, 0.05}}) {
    auto const streams = streams_of("resumed");
    auto const first = make_moving_likelihood(lists, 10, noise);
    HardChain whole(*first, 10, 2, 0.3, streams, 3);
    whole.place(std::vector<double>(20, 0.1));
    for (std::uint64_t it = 0; it < 20; ++it) whole.sweep(it);
    auto const second = make_moving_likelihood(lists, 10, noise);
    HardChain resumed(*second, 10, 2, 0.3, streams, 3);
    resumed.place(whole.whitened());
    EXPECT_EQ(resumed.log_likelihood(), whole.log_likelihood());
    EXPECT_EQ(resumed.order(), whole.order());
    EXPECT_NEAR(whole.log_likelihood(), hard_log_likelihood(whole.order(), lists, noise), 1e-9);
    for (std::uint64_t it = 20; it < 40; ++it) EXPECT_EQ(resumed.sweep(it), whole.sweep(it));
    EXPECT_TRUE(std::ranges::equal(resumed.whitened(), whole.whitened()));
  }
}

TEST(Enumeration, KnowsHowManyOrdersThereAre) {
  std::vector<std::size_t> const counts{3, 19, 219, 4231};
  for (std::int64_t n = 2; n <= 5; ++n) {
    auto const prior = enumerate_orders(n);
    EXPECT_EQ(prior.orders.size(), counts[static_cast<std::size_t>(n - 2)]);
    EXPECT_NEAR(std::accumulate(prior.probability.begin(), prior.probability.end(), 0.0), 1, 1e-12);
  }
  auto const three = enumerate_orders(3);
  EXPECT_EQ(three.orders.front(), 0U);
  EXPECT_NEAR(three.probability.front(), 1.0 / 6, 1e-15);
}

TEST(ExactPosterior, IsThePriorWhereChoicesSayNothing) {
  auto const lists = testing::lists_of({{0, 1, 2, 3}, {3, 2, 1, 0}});
  auto const posterior = exact_posterior(lists, 4, {1, 1 - 1e-13});
  auto const prior = enumerate_orders(4);
  ASSERT_EQ(posterior.orders, prior.orders);
  for (std::size_t k = 0; k < prior.orders.size(); ++k)
    EXPECT_NEAR(posterior.weights[k], prior.probability[k], 1e-11);
  for (std::size_t pair : {1U, 4U, 11U}) EXPECT_NEAR(posterior.edges[pair], 0.25, 1e-11);
}

TEST(ExactPosterior, IsBayes) {
  auto const lists = testing::lists_of({{0, 1, 2}, {0, 2, 1}, {1, 0, 2}});
  Noise const noise{1, 0.1};
  auto const posterior = exact_posterior(lists, 3, noise);
  auto const prior = enumerate_orders(3);
  double total = 0;
  double first_before_last = 0;
  for (std::size_t k = 0; k < prior.orders.size(); ++k) {
    auto const order = decode_order(prior.orders[k], 3);
    double const weight = prior.probability[k] * std::exp(hard_log_likelihood(order, lists, noise));
    total += weight;
    if (order.precedes(0, 2)) first_before_last += weight;
  }
  EXPECT_NEAR(posterior.edges[2], first_before_last / total, 1e-13);
}

// Of orders drawn from the prior and their lists, what the posterior gives a probability of p happens in p of
// the cases.
TEST(ExactPosterior, IsCalibrated) {
  Noise const noise{1, 0.1};
  auto const prior = enumerate_orders(4);
  std::mt19937 random(3);
  std::discrete_distribution<std::size_t> draw_order(prior.probability.begin(), prior.probability.end());
  constexpr std::size_t kBins = 5;
  std::vector<double> surprise(kBins, 0.0);  // sum of what was minus what was said, of pairs in a bin
  std::vector<double> variance(kBins, 0.0);
  for (int trial = 0; trial < 800; ++trial) {
    auto const order = decode_order(prior.orders[draw_order(random)], 4);
    FrontierWeights const law(order, noise);
    std::vector<double> probability(4);
    Sequences lists;
    for (int s = 0; s < 4; ++s) {
      std::vector<std::int32_t> list;
      for (ItemSet left = 15; left != 0; left &= ~(ItemSet{1} << list.back())) {
        law.choose(left, probability);
        list.push_back(
            std::discrete_distribution<std::int32_t>(probability.begin(), probability.end())(random));
      }
      testing::add_list(list, 4, lists);
    }
    // One pair of each trial: pairs of one trial depend on each other.
    auto const pair = static_cast<std::size_t>(1 + trial % 3);
    double const said = exact_posterior(lists, 4, noise).edges[pair];
    auto const bin = std::min(kBins - 1, static_cast<std::size_t>(said * kBins));
    surprise[bin] += (order.precedes(0, static_cast<std::int64_t>(pair)) ? 1.0 : 0.0) - said;
    variance[bin] += said * (1 - said);
  }
  for (std::size_t bin = 0; bin < kBins; ++bin)
    EXPECT_LT(std::abs(surprise[bin]), 4 * std::sqrt(variance[bin]) + 1e-9) << bin;
}

TEST(DrawSummary, KeepsTheDrawsThatStandForAll) {
  for (std::int64_t const all : {150, 200, 201, 1200, 1999}) {
    std::vector<std::int64_t> expected;
    for (std::int64_t k = 0; k < 200 && all > 200; ++k) expected.push_back(k * all / 200);
    std::vector<std::int64_t> kept;
    for (std::int64_t draw = 0; draw < all; ++draw)
      if (is_predictive_draw(draw, all)) kept.push_back(draw);
    if (all > 200)
      EXPECT_EQ(kept, expected);
    else
      EXPECT_EQ(kept.size(), static_cast<std::size_t>(all));
  }
}

TEST(ChainDiagnostics, OfConstantChains) {
  std::vector<std::vector<double>> const same{{2, 2, 2, 2}, {2, 2, 2, 2}};
  std::vector<std::vector<double>> const apart{{2, 2, 2, 2}, {3, 3, 3, 3}};
  EXPECT_EQ(split_rhat(same), 1);
  EXPECT_EQ(split_rhat(apart), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(effective_sample_size(apart)));
}

TEST(ChainDiagnostics, CountWhatDependentDrawsAreWorth) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  for (double const phi : {0.0, 0.6}) {
    std::vector<std::vector<double>> chains(4);
    for (auto& chain : chains) {
      double x = normal(random);
      for (int t = 0; t < 5000; ++t) {
        x = phi * x + std::sqrt(1 - phi * phi) * normal(random);
        chain.push_back(x);
      }
    }
    EXPECT_NEAR(split_rhat(chains), 1, 0.01);
    EXPECT_NEAR(effective_sample_size(chains) / (20000 * (1 - phi) / (1 + phi)), 1, 0.1);
  }
}

// Two chains of two halves, by hand: halves (0, 2), (1, 3), (4, 6), (5, 7): W = 2, B / l = var(1, 2, 5, 6).
TEST(ChainDiagnostics, SplitsChains) {
  std::vector<std::vector<double>> const chains{{0, 2, 1, 3}, {4, 6, 5, 7}};
  double const between = 17.0 / 3;
  EXPECT_NEAR(split_rhat(chains), std::sqrt((2.0 / 2 + between) / 2), 1e-14);
}

}  // namespace
}  // namespace thresher::partial_order
