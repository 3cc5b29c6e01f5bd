#include "mpi/holdings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace thresher::mpi {
namespace {

/// Item 0 is on the first rank, item 1 on all, 2 on all but the first, 3 on the first, 4 on none.
std::vector<bool> marks(Communicator const& world) {
  bool const is_first = world.rank() == 0;
  return {is_first, true, !is_first, is_first, false};
}

TEST(Holdings, AreTheSetsOfRanks) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  auto const sets = holdings(world, marks(world));
  std::vector<int> sizes(5), firsts(5);
  std::vector<std::size_t> items;
  for (auto const& set : sets) {
    for (auto const item : set.items) {
      sizes[item] = set.size;
      firsts[item] = set.first;
      items.push_back(item);
    }
    if (set.comm) {
      EXPECT_EQ(set.comm.size(), set.size);
      EXPECT_EQ(sum(set.comm, 1), set.size);
      EXPECT_EQ(min(set.comm, world.rank()), set.first);
    }
  }
  std::ranges::sort(items);
  EXPECT_EQ(items, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  int const all = world.size();
  // Item 2 is on none where there is one rank.
  EXPECT_EQ(sizes, (std::vector<int>{1, all, std::max(all - 1, 1), 1, all}));
  EXPECT_EQ(firsts, (std::vector<int>{0, 0, all > 1 ? 1 : 0, 0, 0}));
  EXPECT_EQ(sets.size(), all == 1 ? 1U : 3U);
}

TEST(Holdings, AreWorkedOnByTheirRanksAlone) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  auto const sets = holdings(world, marks(world));
  double ranks = 0;
  for_each_held(world, sets, [&](Holding const& set) { ranks += sum(set.comm, 1); });
  double expected = 0;
  for (auto const& set : sets)
    if (set.comm) expected += set.size;
  EXPECT_EQ(ranks, expected);
}

/// Nobody waits for ranks that have left.
TEST(Holdings, AFailureOfSomeIsAllRanks) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  auto const sets = holdings(world, marks(world));
  int calls = 0;
  auto const work = [&](Holding const& set) {
    ++calls;
    sum(set.comm, 1);
    if (std::ranges::find(set.items, std::size_t{0}) != set.items.end())
      throw std::runtime_error("no such luck");
  };
  try {
    for_each_held(world, sets, work);
    FAIL();
  } catch (std::runtime_error const& error) {
    EXPECT_NE(std::string(error.what()).find("no such luck"), std::string::npos);
  }
  EXPECT_EQ(calls, std::ranges::count_if(sets, [](Holding const& set) { return bool(set.comm); }));
}

}  // namespace
}  // namespace thresher::mpi
