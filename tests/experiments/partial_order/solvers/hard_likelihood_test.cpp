#include "experiments/partial_order/solvers/hard_likelihood.hpp"

#include "../orders.hpp"
#include "experiments/partial_order/model/neighbours.hpp"
#include "experiments/partial_order/solvers/lists_likelihood.hpp"
#include "experiments/partial_order/solvers/order_search.hpp"
#include "experiments/partial_order/solvers/word_likelihood.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace thresher::partial_order {
namespace {

double log_p(PartialOrder const& order, Sequences const& lists, std::int64_t s, Noise const& noise) {
  return HardLikelihood(noise, lists.longest())(order, lists[s]);
}

TEST(HardLikelihood, HasTheReferenceValues) {
  auto const order = testing::order_of(3, {{0, 2}, {1, 2}});
  auto const lists = testing::lists_of({{0, 1, 2}, {1, 0, 2}, {2, 0, 1}});
  EXPECT_NEAR(log_p(order, lists, 0, {1, 0.05}), -0.73527211, 5e-9);
  EXPECT_NEAR(log_p(order, lists, 1, {1, 0.05}), -0.73527211, 5e-9);
  EXPECT_NEAR(log_p(order, lists, 2, {1, 0.05}), -4.78749174, 5e-9);
}

TEST(HardLikelihood, SumsToOneOverAllLists) {
  std::mt19937 random(1);
  auto const all = testing::lists_of(testing::permutations(5));
  for (auto const noise : {Noise{1, 0.05}, Noise{2.5, 0}, Noise{0, 0.7}}) {
    auto const order = testing::random_order(5, 2, random);
    double sum = 0;
    std::vector<double> values(120);
    hard_log_likelihoods(order, all, noise, values);
    for (double const value : values) sum += std::exp(value);
    EXPECT_NEAR(sum, 1, 1e-13);
  }
}

TEST(HardLikelihood, OfATreeIsTheHookFormula) {
  auto const tree = testing::order_of(5, {{0, 1}, {0, 2}, {1, 3}, {1, 4}});
  auto const all = testing::lists_of(testing::permutations(5));
  int extensions = 0;
  for (std::int64_t s = 0; s < all.count(); ++s) {
    double const value = log_p(tree, all, s, {1, 0});
    if (std::isinf(value)) continue;
    EXPECT_NEAR(value, -std::log(8), 1e-14);
    ++extensions;
  }
  EXPECT_EQ(extensions, 8);
}

// A list that stops early has the probability of all its continuations.
TEST(HardLikelihood, OfATopListIsAMarginal) {
  std::mt19937 random(2);
  auto const order = testing::random_order(5, 2, random);
  Sequences top;
  testing::add_list({3, 1, 0, 2, 4}, 2, top);
  double sum = 0;
  auto const all = testing::lists_of(testing::permutations(5));
  for (std::int64_t s = 0; s < all.count(); ++s)
    if (all[s].items[0] == 3 && all[s].items[1] == 1) sum += std::exp(log_p(order, all, s, {1.3, 0.1}));
  EXPECT_NEAR(std::exp(log_p(order, top, 0, {1.3, 0.1})), sum, 1e-14);
}

// First is dominating: reversing lists and order is another law.
TEST(HardLikelihood, HasADirection) {
  auto const order = testing::order_of(3, {{0, 2}, {1, 2}});
  auto const reversed = testing::order_of(3, {{2, 0}, {2, 1}});
  auto const lists = testing::lists_of({{0, 1, 2}, {2, 1, 0}});
  EXPECT_GT(std::abs(log_p(order, lists, 0, {1, 0.05}) - log_p(reversed, lists, 1, {1, 0.05})), 1e-3);
}

/// Goes through random moves, accepting every second one, and compares with a fresh evaluation.
void expect_follows_moves(MovingLikelihood& moving, PartialOrder order, Sequences const& lists,
                          Noise const& noise, std::mt19937& random) {
  moving.reset(order);
  EXPECT_NEAR(moving.value(), hard_log_likelihood(order, lists, noise), 1e-9);
  for (int move = 0; move < 60; ++move) {
    auto const around = neighbours(order);
    auto const& neighbour = around[random() % around.size()];
    auto moved = order;
    apply(neighbour, moved);
    std::array const partner{neighbour.pair.second};
    EXPECT_NEAR(moving.propose(moved, neighbour.pair.first, partner),
                hard_log_likelihood(moved, lists, noise), 1e-9);
    if (move % 2 == 0) continue;
    moving.accept();
    order = moved;
    EXPECT_NEAR(moving.value(), hard_log_likelihood(order, lists, noise), 1e-9);
  }
  // Where it is does not depend on how it came there, to the last bit.
  double const arrived = moving.value();
  moving.reset(order);
  EXPECT_EQ(moving.value(), arrived);
}

TEST(MovingLikelihood, FollowsMovesOfFewAndOfManyItems) {
  std::mt19937 random(3);
  for (auto const noise : {Noise{1, 0.05}, Noise{0.7, 0.2}}) {
    auto lists = testing::random_lists(9, 9, 9, 30, random);
    auto const partial = testing::random_lists(9, 6, 3, 20, random);
    for (std::int64_t s = 0; s < partial.count(); ++s)
      testing::add_list({partial[s].items.begin(), partial[s].items.end()}, partial[s].steps, lists);
    lists.weight.assign(50, 1.0);
    lists.weight[7] = 2.5;
    auto const order = testing::random_order(9, 2, random);
    WordLikelihood words(tabulate_choices(lists), 9, noise);
    expect_follows_moves(words, order, lists, noise, random);
    ListsLikelihood by_lists(lists, 9, noise);
    expect_follows_moves(by_lists, order, lists, noise, random);
  }
}

TEST(ChoiceTable, PutsEqualChoicesTogether) {
  auto lists = testing::lists_of({{0, 1, 2}, {0, 1, 2}, {1, 0, 2}});
  lists.weight = {1, 2, 4};
  auto const table = tabulate_choices(lists);
  EXPECT_EQ(table.sets, (std::vector<std::uint64_t>{0b101, 0b110, 0b111}));
  EXPECT_EQ(table.first, (std::vector<std::int32_t>{0, 1, 2, 4}));
  EXPECT_EQ(table.weight, (std::vector<double>{4, 3, 3, 4}));
}

TEST(OrderSearch, EndsWhereNoNeighbourIsLikelier) {
  std::mt19937 random(4);
  auto const lists = testing::random_lists(7, 7, 7, 12, random);
  Noise const noise{1, 0.05};
  auto const alone = mpi::Communicator::self();
  OrderSearch search(PartialOrder(7), lists, noise, 0);
  climb(search, alone, [](PartialOrder const&) {});
  double const top = hard_log_likelihood(search.order(), lists, noise);
  EXPECT_NEAR(search.log_likelihood(), top, 1e-9);
  EXPECT_GT(top, hard_log_likelihood(PartialOrder(7), lists, noise));
  for (auto const& neighbour : neighbours(search.order())) {
    auto moved = search.order();
    apply(neighbour, moved);
    EXPECT_LE(hard_log_likelihood(moved, lists, noise), top + 1e-9);
  }
  // A penalty beyond every gain leaves the antichain.
  OrderSearch dear(PartialOrder(7), lists, noise, 1e3);
  climb(dear, alone, [](PartialOrder const&) {});
  EXPECT_EQ(dear.order().relations(), 0);
}

}  // namespace
}  // namespace thresher::partial_order
