#include "experiments/partial_order/data/list_draws.hpp"

#include "experiments/partial_order/data/true_order.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/theory/subset_law.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

namespace thresher::partial_order {
namespace {

/// Shares of whole lists in many draws against their probabilities.
void expect_law(Parameters const& point, double epsilon) {
  auto const self = mpi::Communicator::self();
  study::Team team(self);
  constexpr std::int64_t kLists = 20000;
  auto const truth = make_true_order(point, team);
  auto const lists = draw_lists(*truth.order, point, ListKind::training, kLists, epsilon, team);
  SubsetLaw const law(PartialOrder::copy_of(*truth.order), point.generator, {point.beta, epsilon});
  std::map<std::vector<std::int32_t>, int> counts;
  for (std::int64_t s = 0; s < kLists; ++s)
    ++counts[std::vector<std::int32_t>(lists[s].items.begin(), lists[s].items.end())];
  double chi = 0;
  double cells = 0;
  for (auto const& [list, count] : counts) {
    double p = 1;
    ItemSet left = (ItemSet{1} << point.n_items) - 1;
    for (auto const item : list) {
      p *= law.choices(left)[static_cast<std::size_t>(item)];
      left &= ~(ItemSet{1} << item);
    }
    double const expected = p * kLists;
    EXPECT_GT(expected, 0);
    if (expected < 5) continue;
    chi += (count - expected) * (count - expected) / expected;
    ++cells;
  }
  EXPECT_NEAR(chi, cells, 5 * std::sqrt(2 * cells) + 5);
}

TEST(ListDraws, FollowTheFrontier) {
  Parameters point;
  point.n_items = 5;
  expect_law(point, 0.1);
  point.beta = 2.5;
  expect_law(point, 0);
}

TEST(ListDraws, FollowExtensionCounts) {
  Parameters point;
  point.n_items = 5;
  point.poset = Poset::layered;
  point.layers = 2;
  point.generator = Generator::queue_jump;
  expect_law(point, 0.2);
  expect_law(point, 0);
}

TEST(ListDraws, OfSomeItemsAreOfEvenChoiceSets) {
  Parameters point;
  point.n_items = 12;
  point.list_length = 3;
  auto const self = mpi::Communicator::self();
  study::Team team(self);
  auto const truth = make_true_order(point, team);
  constexpr std::int64_t kLists = 8000;
  auto const lists = draw_lists(*truth.order, point, ListKind::test, kLists, 0, team);
  std::vector<int> seen(12, 0);
  for (std::int64_t s = 0; s < kLists; ++s) {
    auto const items = lists[s].items;
    ASSERT_EQ(std::set<std::int32_t>(items.begin(), items.end()).size(), 3U);
    for (auto const item : items) ++seen[static_cast<std::size_t>(item)];
    // Without noise a list is a linear extension.
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = a + 1; b < 3; ++b) ASSERT_FALSE(truth.order->precedes(items[b], items[a]));
  }
  for (int const count : seen) EXPECT_NEAR(count, kLists * 3 / 12, 5 * std::sqrt(kLists * 3 / 12.0));
  // A longer draw begins with the shorter one.
  auto const fewer = draw_lists(*truth.order, point, ListKind::test, 10, 0, team);
  EXPECT_TRUE(std::equal(fewer.items.begin(), fewer.items.end(), lists.items.begin()));
}

TEST(TrueOrder, OfALargeNameIsThatOfASmallOne) {
  // Coordinates instead of bits, beyond kMostStoredItems: compared in some pairs.
  auto const self = mpi::Communicator::self();
  study::Team team(self);
  Parameters point;
  point.n_items = kMostStoredItems + 5;
  point.layers = 7;
  auto const layer = [&](std::int64_t i) { return i * point.layers / point.n_items; };
  for (auto const poset : {Poset::chain, Poset::antichain, Poset::layered}) {
    point.poset = poset;
    auto const truth = make_true_order(point, team);
    for (std::int64_t i = 0; i < point.n_items; i += 1999)
      for (std::int64_t j = 0; j < point.n_items; j += 1013) {
        bool const expected = poset == Poset::chain       ? i < j
                              : poset == Poset::antichain ? false
                                                          : layer(i) < layer(j);
        ASSERT_EQ(truth.order->precedes(i, j), expected) << i << ' ' << j;
      }
  }
}

TEST(TrueOrder, OfAForestHasOneChainAboveEveryItem) {
  auto const self = mpi::Communicator::self();
  study::Team team(self);
  Parameters point;
  point.poset = Poset::forest;
  point.n_items = 40;
  auto const order = PartialOrder::copy_of(*make_true_order(point, team).order);
  EXPECT_EQ(order.cover().size(), 39U);  // one tree
  std::vector<int> parents(40, 0);
  for (auto const& pair : order.cover()) ++parents[static_cast<std::size_t>(pair.second)];
  EXPECT_EQ(std::ranges::count(parents, 1), 39);
}

}  // namespace
}  // namespace thresher::partial_order
