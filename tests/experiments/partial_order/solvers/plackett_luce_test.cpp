#include "experiments/partial_order/solvers/plackett_luce.hpp"

#include "../orders.hpp"
#include "experiments/partial_order/solvers/precedence_shares.hpp"
#include "experiments/partial_order/solvers/rule_orders.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::partial_order {
namespace {

TEST(PlackettLuce, OfTwoItemsIsTheShareOfWins) {
  auto lists = testing::lists_of({{0, 1}, {1, 0}});
  lists.weight = {3, 1};
  EXPECT_NEAR(fit_plackett_luce(lists, 2, 0).strengths[0], 0.75, 1e-8);
  // With a prior a every item has a wins more, and v_i = (W_i + a) / (T + 2 a) for T lists.
  EXPECT_NEAR(fit_plackett_luce(lists, 2, 0.5).strengths[0], 3.5 / 5, 1e-8);
}

TEST(PlackettLuce, IsWhereTheLikelihoodIsFlat) {
  std::mt19937 random(1);
  auto lists = testing::random_lists(6, 6, 6, 15, random);
  auto const top = testing::random_lists(6, 5, 2, 15, random);
  for (std::int64_t s = 0; s < top.count(); ++s)
    testing::add_list({top[s].items.begin(), top[s].items.end()}, top[s].steps, lists);
  double const prior = 0.3;
  auto const fit = fit_plackett_luce(lists, 6, prior);
  EXPECT_TRUE(fit.converged);
  // sum of log p + prior sum of log v - prior n sum of v, along each strength.
  auto const objective = [&](std::vector<double> const& v) {
    double value = 0;
    for (std::int64_t s = 0; s < lists.count(); ++s) value += plackett_luce_log_likelihood(v, lists[s]);
    for (double const one : v) value += prior * (std::log(one) - 6 * one);
    return value;
  };
  for (std::size_t i = 0; i < 6; ++i) {
    auto up = fit.strengths;
    auto down = fit.strengths;
    up[i] += 1e-5;
    down[i] -= 1e-5;
    EXPECT_NEAR((objective(up) - objective(down)) / 2e-5, 0, 1e-4);
  }
}

TEST(PlackettLuce, SumsToOneOverAllLists) {
  auto const all = testing::lists_of(testing::permutations(4));
  std::vector<double> const v{0.1, 0.4, 0.2, 0.3};
  double sum = 0;
  for (std::int64_t s = 0; s < all.count(); ++s) sum += std::exp(plackett_luce_log_likelihood(v, all[s]));
  EXPECT_NEAR(sum, 1, 1e-14);
  EXPECT_EQ(strongest_first(v), (std::vector<std::int32_t>{1, 3, 2, 0}));
}

TEST(PrecedenceShares, CountListedItemsBeforeUnlistedOnes) {
  Sequences lists;
  testing::add_list({2, 0, 1}, 1, lists);
  testing::add_list({0, 2}, 2, lists);
  lists.weight = {2, 6};
  auto const counts = precedence_counts(lists, 3);
  EXPECT_EQ(counts, (std::vector<double>{0, 0, 6, 0, 0, 0, 2, 2, 0}));
  auto const shares = precedence_shares(counts, 3);
  EXPECT_EQ(shares, (std::vector<double>{0, 0, 0.75, 0, 0, 0, 0.25, 1, 0}));
}

TEST(RuleOrders, TryTheThresholdsThatAreNamed) {
  auto const thresholds = candidate_thresholds();
  EXPECT_EQ(thresholds.size(), 19U);
  EXPECT_EQ(thresholds.front(), 1.0);
  EXPECT_EQ(thresholds.back(), 0.55);
  // 18 of 20 passes 0.9.
  EXPECT_GE(18.0 / 20, thresholds[4]);
  // Ties keep the smaller threshold: these lists say the same at all of them.
  auto const lists = testing::lists_of({{0, 1, 2}, {0, 1, 2}});
  auto const rule =
      likeliest_threshold(precedence_shares(precedence_counts(lists, 3), 3), thresholds, lists, 3, {1, 0.05});
  EXPECT_EQ(rule.threshold, 0.55);
  EXPECT_EQ(rule.order.relations(), 3);
}

}  // namespace
}  // namespace thresher::partial_order
