#include "mpi/pairwise_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace thresher::mpi {
namespace {

/// A sum whose bits depend on the order of its blocks.
void add_sines(Range block, std::span<double> sums) {
  for (auto i = block.begin; i < block.end; ++i)
    for (std::size_t k = 0; k < sums.size(); ++k)
      sums[k] += 1e3 * std::sin(static_cast<double>(i) + 0.1 * static_cast<double>(k));
}

/// The first number of the tree over blocks [begin, begin + size), size a power of two.
double tree_sum(std::int64_t begin, std::int64_t size, std::int64_t count, int blocks) {
  if (size == 1) {
    double sum = 0;
    add_sines(share(count, static_cast<int>(begin), blocks), std::span(&sum, 1));
    return sum;
  }
  auto const half = size / 2;
  double const left = tree_sum(begin, half, count, blocks);
  return begin + half < blocks ? left + tree_sum(begin + half, half, count, blocks) : left;
}

TEST(PairwiseSum, AddsAlongABinaryTreeOnAnyTeam) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = Communicator::self();
  for (int const blocks : {1, 2, 5, 13, 64, 100})
    for (std::size_t const width : {std::size_t{1}, std::size_t{3}, std::size_t{2011}}) {
      std::vector<double> together(width), alone(width);
      PairwiseSum(world, 300, blocks)(add_sines, together);
      PairwiseSum(self, 300, blocks)(add_sines, alone);
      EXPECT_EQ(together, alone) << blocks << " blocks, " << width << " numbers";
      EXPECT_EQ(alone[0], tree_sum(0, 128, 300, blocks)) << blocks;
    }
}

TEST(PairwiseSum, OfFewOrNoIndicesIsTheirSum) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  for (std::int64_t const count : {0, 1, 3}) {
    std::vector<double> sum(1100, -1.0);
    PairwiseSum(world, count, 256)(
        [](Range block, std::span<double> sums) { sums[1099] += static_cast<double>(block.size()); }, sum);
    EXPECT_EQ(sum[1099], static_cast<double>(count));
    EXPECT_EQ(sum[0], 0);
  }
}

TEST(PairwiseSum, FailsOnAllRanksWhereOneFails) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  for (std::size_t const width : {std::size_t{1}, std::size_t{2011}}) {
    PairwiseSum const sum(world, 100, 13);
    std::vector<double> result(width);
    auto const fails_at = [](std::int64_t index) {
      return [index](Range block, std::span<double> sums) {
        if (block.begin <= index && index < block.end) throw std::runtime_error("no");
        for (double& entry : sums) entry += static_cast<double>(block.size());
      };
    };
    for (std::int64_t const index : {0, 99})
      EXPECT_THROW(sum.or_throw(fails_at(index), result), std::exception);
    sum.or_throw(fails_at(100), result);
    EXPECT_EQ(result, std::vector<double>(width, 100));
  }
}

TEST(PairwiseSum, ShowsTheBlocksInTheirOrder) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  PairwiseSum const sum(world, 100, 13);
  std::vector<std::int64_t> begins, seen;
  for (auto const& block : sum.owned_blocks()) begins.push_back(block.begin);
  double none = 0;
  sum([&](Range block, std::span<double>) { seen.push_back(block.begin); }, {&none, 1});
  EXPECT_EQ(seen, begins);
  if (!begins.empty()) {
    EXPECT_EQ(sum.owned().begin, begins.front());
  }
}

}  // namespace
}  // namespace thresher::mpi
