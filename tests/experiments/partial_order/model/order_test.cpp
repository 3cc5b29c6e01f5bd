#include "experiments/partial_order/model/order.hpp"

#include "../orders.hpp"
#include "experiments/partial_order/model/extension_counts.hpp"
#include "experiments/partial_order/model/greedy_order.hpp"
#include "experiments/partial_order/model/linear_extension.hpp"
#include "experiments/partial_order/model/named_orders.hpp"
#include "experiments/partial_order/model/neighbours.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace thresher::partial_order {
namespace {

using ::testing::ElementsAre;

bool is_closed(PartialOrder const& order) {
  for (auto const [i, j] : order.pairs()) {
    if (order.precedes(j, i)) return false;
    for (std::int64_t k = 0; k < order.items(); ++k)
      if (order.precedes(j, k) && !order.precedes(i, k)) return false;
  }
  return true;
}

TEST(PartialOrder, ClosesWhatIsGivenAcrossWords) {
  std::vector<Relation> chain;
  for (std::int32_t i = 0; i + 1 < 130; ++i) chain.push_back({i, i + 1});
  auto const order = testing::order_of(130, chain);
  EXPECT_EQ(order.relations(), 130 * 129 / 2);
  EXPECT_EQ(order.cover(), chain);
  EXPECT_TRUE(order.precedes(3, 129));
  EXPECT_EQ(PartialOrder::of_rows(130, order.rows()), order);
  EXPECT_EQ(PartialOrder::copy_of(order), order);
}

TEST(PartialOrder, RelatesWithAllThatFollows) {
  std::mt19937 random(1);
  auto order = testing::random_order(70, 3, random);
  for (std::int64_t i = 0; i < 70; ++i) {
    auto const j = (i * 37 + 11) % 70;
    if (i == j || order.precedes(i, j) || order.precedes(j, i)) continue;
    auto pairs = order.pairs();
    pairs.push_back({static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)});
    order.relate(i, j);
    EXPECT_EQ(order, PartialOrder::closure_of(70, pairs));
  }
}

TEST(PartialOrder, NamesACycle) {
  std::vector<Relation> const relations{{5, 0}, {0, 1}, {1, 2}, {2, 3}, {3, 1}, {3, 4}};
  EXPECT_THAT(find_cycle(6, relations), ::testing::UnorderedElementsAre(1, 2, 3));
  auto const cycle = find_cycle(6, relations);
  for (std::size_t k = 0; k < cycle.size(); ++k)
    EXPECT_THAT(relations, ::testing::Contains(Relation{cycle[k], cycle[(k + 1) % cycle.size()]}));
  EXPECT_THROW(testing::order_of(6, relations), std::invalid_argument);
  EXPECT_THAT(find_cycle(3, std::vector<Relation>{{0, 1}, {2, 2}}), ElementsAre(2));
}

TEST(NamedOrders, HaveTheirCounts) {
  auto const crown = named_order(Poset::crown, 6, 1);
  EXPECT_EQ(extension_counts(crown).back(), 48);
  EXPECT_EQ(crown.cover().size(), 6U);
  EXPECT_EQ(critical_pairs(crown).size(), 3U);
  auto const layered = named_order(Poset::layered, 8, 3);
  EXPECT_EQ(extension_counts(layered).back(), 72);
  EXPECT_EQ(layered.relations(), 21);
  auto const chain = named_order(Poset::chain, 7, 1);
  EXPECT_EQ(chain.cover().size(), 6U);
  EXPECT_TRUE(critical_pairs(chain).empty());
  EXPECT_EQ(named_order(Poset::antichain, 5, 1).relations(), 0);
}

TEST(Neighbours, AreClosedAndOnePairAway) {
  std::mt19937 random(2);
  for (int repetition = 0; repetition < 20; ++repetition) {
    auto const order = testing::random_order(9, 2 + repetition % 3, random);
    auto moved = order;
    for (auto const& neighbour : neighbours(order)) {
      apply(neighbour, moved);
      EXPECT_TRUE(is_closed(moved));
      EXPECT_EQ(std::abs(moved.relations() - order.relations()), 1);
      undo(neighbour, moved);
      EXPECT_EQ(moved, order);
    }
  }
}

// Every single pair that leaves a closed order is among them.
TEST(Neighbours, MissNone) {
  std::mt19937 random(3);
  auto const order = testing::random_order(7, 2, random);
  std::size_t count = 0;
  for (std::int64_t i = 0; i < 7; ++i)
    for (std::int64_t j = 0; j < 7; ++j) {
      auto moved = order;
      if (i == j || order.precedes(j, i)) continue;
      if (order.precedes(i, j))
        moved.remove_pair(i, j);
      else
        moved.add_pair(i, j);
      count += is_closed(moved) ? 1U : 0U;
    }
  EXPECT_EQ(neighbours(order).size(), count);
}

TEST(GreedyOrder, KeepsAClosedOrder) {
  std::mt19937 random(4);
  auto const order = testing::random_order(12, 2, random);
  std::vector<double> scores(144, 0.0);
  for (auto const [i, j] : order.pairs())
    scores[static_cast<std::size_t>(i * 12 + j)] = 0.5 + 0.003 * static_cast<double>(i + 12 - j);
  EXPECT_EQ(greedy_order(scores, 12, 0.5), order);
}

TEST(GreedyOrder, BreaksACycleByRows) {
  std::vector<double> scores(9, 0.0);
  for (auto const at : {0 * 3 + 1, 1 * 3 + 2, 2 * 3 + 0}) scores[static_cast<std::size_t>(at)] = 0.6;
  auto const order = greedy_order(scores, 3, 0.5);
  EXPECT_THAT(order.pairs(), ElementsAre(Relation{0, 1}, Relation{0, 2}, Relation{1, 2}));
}

TEST(GreedyOrder, GoesOnWhereItStopped) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform;
  std::vector<double> scores(100);
  for (double& score : scores) score = uniform(random);
  GreedyOrder greedy(scores, 10, 0.55);
  for (double const threshold : {0.9, 0.7, 0.55}) {
    EXPECT_EQ(greedy.down_to(threshold), greedy_order(scores, 10, threshold));
    EXPECT_TRUE(is_closed(greedy.down_to(threshold)));
  }
}

TEST(LinearExtension, FindsTheFirstForbiddenChoice) {
  auto const order = testing::order_of(4, {{0, 1}, {1, 2}});
  auto const lists = testing::lists_of({{3, 0, 1, 2}, {0, 3, 2, 1}});
  EXPECT_FALSE(first_violation(order, lists[0]));
  auto const violation = first_violation(order, lists[1]);
  ASSERT_TRUE(violation);
  EXPECT_EQ(violation->step, 2);
  EXPECT_EQ(violation->pair, (Relation{1, 2}));
  // An item that was never chosen is still there; a choice set keeps what follows through absent items.
  Sequences top;
  testing::add_list({1, 0, 3}, 1, top);
  testing::add_list({2, 0}, 2, top);
  EXPECT_EQ(first_violation(order, top[0])->pair, (Relation{0, 1}));
  EXPECT_EQ(first_violation(order, top[1])->pair, (Relation{0, 2}));
}

}  // namespace
}  // namespace thresher::partial_order
