#include "mpi/exchange.hpp"

#include <gtest/gtest.h>

namespace thresher::mpi {
namespace {

struct Labelled {
  std::int32_t from;
  std::int32_t to;
  double value;
};

/// Rank r has (r + 2 s) % 4 values for rank s.
std::int64_t count(int from, int to) {
  return (from + 2 * to) % 4;
}

TEST(Exchange, BringsEveryPartToItsRank) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  Parts<Labelled> send;
  for (int to = 0; to < world.size(); ++to) {
    send.counts.push_back(count(world.rank(), to));
    for (std::int64_t k = 0; k < send.counts.back(); ++k)
      send.values.push_back({world.rank(), to, 0.5 * static_cast<double>(k)});
  }
  auto const received = exchange(world, send);
  for (int from = 0; from < world.size(); ++from) {
    auto const part = received.part(from);
    ASSERT_EQ(static_cast<std::int64_t>(part.size()), count(from, world.rank()));
    for (std::size_t k = 0; k < part.size(); ++k) {
      EXPECT_EQ(part[k].from, from);
      EXPECT_EQ(part[k].to, world.rank());
      EXPECT_EQ(part[k].value, 0.5 * static_cast<double>(k));
    }
  }
}

TEST(Exchange, GathersAllPartsInOrder) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<int> const mine(static_cast<std::size_t>(world.rank()), world.rank());  // none on rank 0
  auto const all = gather_parts(world, mine);
  EXPECT_EQ(all.offsets().back(), world.size() * (world.size() - 1) / 2);
  for (int from = 0; from < world.size(); ++from)
    for (int const value : all.part(from)) EXPECT_EQ(value, from);
}

TEST(Exchange, ARingShowsEveryBlockToEveryRank) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  std::vector<int> block(static_cast<std::size_t>(world.rank()) + 1, world.rank());
  for (int step = 0; step < world.size(); ++step) {
    int const owner = (world.rank() + step) % world.size();
    EXPECT_EQ(block, std::vector<int>(static_cast<std::size_t>(owner) + 1, owner));
    block = pass_on(world, std::move(block));
  }
  EXPECT_EQ(block.front(), world.rank());
}

}  // namespace
}  // namespace thresher::mpi
