#include "experiments/partial_order/estimators/hard_chains.hpp"

#include "../orders.hpp"

#include <gtest/gtest.h>

namespace thresher::partial_order {
namespace {

/// Cut after any number of sweeps, chains go on from what was saved to the same draws.
TEST(HardChains, GoOnFromWhatTheyLeft) {
  std::mt19937 random(1);
  auto const lists = testing::random_lists(9, 9, 9, 15, random);
  Parameters point;
  point.n_items = 9;
  point.chains = 3;
  point.warmup = 4;
  point.samples = 7;
  auto const self = mpi::Communicator::self();
  study::Team const team(self);
  HardChains whole(point, lists, team, {0, 3});
  whole.advance(1000);
  EXPECT_EQ(whole.draws().relations.size(), 21U);
  for (std::int64_t const cut : {1, 5, 11, 20}) {
    bytes::Writer writer;
    HardChains first(point, lists, team, {0, 3});
    first.advance(cut);
    first.save(writer);
    auto const state = writer.take();
    bytes::Reader reader(state);
    HardChains second(point, lists, team, {0, 3});
    second.restore(reader);
    second.advance(1000);
    EXPECT_EQ(second.draws().relations, whole.draws().relations);
    EXPECT_EQ(second.draws().edge_counts, whole.draws().edge_counts);
    EXPECT_EQ(second.draws().kept, whole.draws().kept);
    EXPECT_EQ(second.accepted(), whole.accepted());
    EXPECT_EQ(second.evaluations(), whole.evaluations());
  }
}

/// Whoever runs a chain, it is the same.
TEST(HardChains, AreTheSameOnEveryRank) {
  std::mt19937 random(2);
  auto const lists = testing::random_lists(7, 7, 7, 10, random);
  Parameters point;
  point.n_items = 7;
  point.chains = 2;
  point.warmup = 3;
  point.samples = 5;
  auto const self = mpi::Communicator::self();
  study::Team const team(self);
  HardChains all(point, lists, team, {0, 2});
  HardChains last(point, lists, team, {1, 2});
  all.advance(1000);
  last.advance(1000);
  auto const& relations = all.draws().relations;
  EXPECT_EQ(last.draws().relations, std::vector<double>(relations.begin() + 5, relations.end()));
}

}  // namespace
}  // namespace thresher::partial_order
