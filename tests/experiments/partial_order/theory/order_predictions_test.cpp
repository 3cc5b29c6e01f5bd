#include "experiments/partial_order/theory/order_predictions.hpp"

#include "../orders.hpp"
#include "experiments/partial_order/model/named_orders.hpp"
#include "experiments/partial_order/model/neighbours.hpp"
#include "experiments/partial_order/theory/pair_predictions.hpp"
#include "experiments/partial_order/theory/prior_law.hpp"
#include "experiments/partial_order/theory/rival_likelihood.hpp"
#include "experiments/partial_order/theory/search_transition.hpp"
#include "experiments/partial_order/theory/subset_law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace thresher::partial_order {
namespace {

Noise const kNoise{1, 0.05};
Noise const kClean{1, 0};

TEST(SubsetLaw, IsUniformOverTheExtensionsOfAForest) {
  auto const tree = testing::order_of(5, {{0, 1}, {0, 2}, {1, 3}, {1, 4}});
  SubsetLaw const law(tree, Generator::frontier, kClean);
  SubsetLaw const uniform(tree, Generator::queue_jump, kClean);
  for (std::size_t set = 1; set < law.sets(); ++set)
    for (std::size_t a = 0; a < 5; ++a)
      EXPECT_NEAR(law.choices(static_cast<ItemSet>(set))[a], uniform.choices(static_cast<ItemSet>(set))[a],
                  1e-15);
}

TEST(SubsetLaw, DiffersFromItWhereTwoItemsPrecedeOne) {
  auto const order = testing::order_of(4, {{0, 2}, {1, 2}});
  SubsetLaw const law(order, Generator::frontier, kClean);
  SubsetLaw const uniform(order, Generator::queue_jump, kClean);
  EXPECT_NEAR(law.choices(0b1111)[3], 0.2, 1e-15);
  EXPECT_NEAR(uniform.choices(0b1111)[3], 0.25, 1e-15);
  auto const clean = precedence_probabilities(law);
  EXPECT_NEAR(clean[0 * 4 + 3], 2.0 / 3, 1e-14);
  EXPECT_NEAR(clean[2 * 4 + 3], 0.2666667, 5e-8);
  auto const noisy = precedence_probabilities(SubsetLaw(order, Generator::frontier, kNoise));
  EXPECT_NEAR(noisy[0 * 4 + 2], 0.971823, 5e-7);
  EXPECT_NEAR(noisy[2 * 4 + 3], 0.280708, 5e-7);
}

TEST(SubsetLaw, HasOneOfTwoItemsFirst) {
  std::mt19937 random(1);
  auto const order = testing::random_order(7, 2, random);
  for (auto const generator : {Generator::frontier, Generator::queue_jump}) {
    auto const before = precedence_probabilities(SubsetLaw(order, generator, {1.7, 0.1}));
    for (std::size_t i = 0; i < 7; ++i)
      for (std::size_t j = 0; j < i; ++j) EXPECT_NEAR(before[i * 7 + j] + before[j * 7 + i], 1, 1e-13);
  }
}

TEST(OrderPredictions, HaveTheReferenceValues) {
  auto const crown = predict_order(named_order(Poset::crown, 6, 1), Generator::frontier, kNoise, 40, 0.9);
  EXPECT_NEAR(crown.threshold_tp, 5.991385, 5e-7);
  EXPECT_NEAR(crown.threshold_fp, 1.851624, 5e-7);
  EXPECT_NEAR(crown.margin, 0.0805026, 5e-8);
  EXPECT_NEAR(crown.chernoff_min, 0.0315844, 5e-8);
  EXPECT_NEAR(crown.kl_min, 0.1929085, 5e-8);
  EXPECT_NEAR(crown.search_exact, 0.76710, 5e-6);
  EXPECT_EQ(crown.n_half, 22);
  auto const layered = predict_order(named_order(Poset::layered, 8, 3), Generator::frontier, kNoise, 20, 0.9);
  EXPECT_NEAR(layered.search_exact, 0.53538, 5e-6);
  EXPECT_EQ(layered.n_half, 19);
}

TEST(OrderPredictions, OfAnAntichainAndAChain) {
  auto const antichain =
      predict_order(named_order(Poset::antichain, 5, 1), Generator::frontier, kNoise, 6, 0.9);
  EXPECT_NEAR(antichain.ip_cov, 1 - std::pow(2.0, -5), 1e-12);
  EXPECT_TRUE(std::isnan(antichain.margin));
  EXPECT_NEAR(antichain.intersection_fp, 20 * std::pow(2.0, -6), 1e-12);
  auto const chain = predict_order(named_order(Poset::chain, 5, 1), Generator::frontier, kClean, 3, 0.9);
  EXPECT_TRUE(std::isnan(chain.ip_cov));
  EXPECT_NEAR(chain.intersection_exact, 1, 1e-12);
  EXPECT_TRUE(std::isnan(chain.search_exact));
  auto const jumping = predict_order(named_order(Poset::crown, 6, 1), Generator::queue_jump, kNoise, 10, 0.9);
  EXPECT_TRUE(std::isnan(jumping.n_half));
  EXPECT_FALSE(std::isnan(jumping.threshold_tp));
}

/// sum_y p(y)^s p_rival(y)^(1-s) and KL, list by list.
struct ListByList {
  double overlap = 0;
  double divergence = 0;
};
ListByList compare_lists(PartialOrder const& order, PartialOrder const& rival, double s) {
  FrontierWeights const own(order, kNoise);
  FrontierWeights const other(rival, kNoise);
  ListByList sum;
  auto const n = static_cast<std::int32_t>(order.items());
  std::vector<double> p(static_cast<std::size_t>(n));
  std::vector<double> q(p.size());
  for (auto const& list : testing::permutations(n)) {
    ItemSet left = (ItemSet{1} << n) - 1;
    double log_p = 0;
    double log_q = 0;
    for (auto const item : list) {
      own.choose(left, p);
      other.choose(left, q);
      log_p += std::log(p[static_cast<std::size_t>(item)]);
      log_q += std::log(q[static_cast<std::size_t>(item)]);
      left &= ~(ItemSet{1} << item);
    }
    sum.overlap += std::exp(s * log_p + (1 - s) * log_q);
    sum.divergence += std::exp(log_p) * (log_p - log_q);
  }
  return sum;
}

TEST(RivalLikelihood, IsTheSumOverAllLists) {
  std::mt19937 random(2);
  auto const order = testing::random_order(6, 2, random);
  SubsetLaw const law(order, Generator::frontier, kNoise);
  for (auto const& neighbour : neighbours(order)) {
    auto rival = order;
    apply(neighbour, rival);
    auto const compared = compare_with_rival(law, FrontierWeights(rival, kNoise), neighbour.pair);
    for (int const node : {0, 9, 18}) {
      double const s = kTiltStep * (node + 1);
      auto const lists = compare_lists(order, rival, s);
      EXPECT_NEAR(compared.overlap[static_cast<std::size_t>(node)], lists.overlap, 1e-12);
      EXPECT_NEAR(compared.divergence, lists.divergence, 1e-12);
    }
  }
}

TEST(PairPredictions, TakesTheTailOfTheBinomialLaw) {
  EXPECT_NEAR(binomial_upper_tail(5, 0.3, 4), 5 * std::pow(0.3, 4) * 0.7 + std::pow(0.3, 5), 1e-14);
  EXPECT_EQ(binomial_upper_tail(5, 0.3, 0), 1);
  EXPECT_EQ(binomial_upper_tail(5, 0.3, 6), 0);
  EXPECT_EQ(binomial_upper_tail(5, 1.0, 5), 1);
}

TEST(PriorLaw, HasItsClosedForms) {
  EXPECT_NEAR(relation_density(2, 0.3), 0.2984934, 1e-7);
  EXPECT_NEAR(relation_density(2, 0.9), 0.4282169, 5e-8);
  EXPECT_NEAR(relation_density(2, 0.99), 0.4774733, 5e-8);
  for (double const rho : {0.1, 0.8, 0.97})
    EXPECT_NEAR(relation_density(2, rho), 0.25 + std::asin(rho) / (2 * std::numbers::pi), 1e-9);
  EXPECT_NEAR(relation_density(5, 0), 1.0 / 32, 1e-15);
  EXPECT_NEAR(relation_density(4, 0.5), 0.2, 1e-12);
  EXPECT_NEAR(expected_maximal_items(4, 2), 1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4, 1e-15);
  EXPECT_EQ(expected_maximal_items(9, 1), 1);
}

}  // namespace
}  // namespace thresher::partial_order
