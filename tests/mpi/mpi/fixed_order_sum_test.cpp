#include "mpi/fixed_order_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace thresher::mpi {
namespace {

TEST(FixedOrderSum, HasTheBitsOfOneRank) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = Communicator::self();
  for (std::int64_t const count : {0, 1, 7, 1000, 100003}) {
    auto const partial = [](Range block, std::span<double> sums) {
      for (auto i = block.begin; i < block.end; ++i) {
        sums[0] += std::sin(static_cast<double>(i)) * 1e3;
        sums[1] += 1 / (1.0 + static_cast<double>(i));
      }
    };
    double together[2];
    double alone[2];
    FixedOrderSum(world, count)(partial, together);
    FixedOrderSum(self, count)(partial, alone);
    EXPECT_EQ(together[0], alone[0]) << count;
    EXPECT_EQ(together[1], alone[1]) << count;
  }
}

TEST(FixedOrderSum, OfAWideResultHasTheBitsOfOneRank) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  auto const self = Communicator::self();
  constexpr std::size_t kWidth = 20011;  // more than one window
  auto const partial = [](Range block, std::span<double> sums) {
    for (auto i = block.begin; i < block.end; ++i)
      for (std::size_t k = 0; k < sums.size(); ++k)
        sums[k] += std::sin(static_cast<double>(i) + 0.1 * static_cast<double>(k));
  };
  std::vector<double> together(kWidth);
  std::vector<double> alone(kWidth);
  for (std::int64_t const count : {1, 300}) {
    FixedOrderSum(world, count)(partial, together);
    FixedOrderSum(self, count)(partial, alone);
    EXPECT_EQ(together, alone) << count;
  }
}

TEST(FixedOrderSum, TellsAllOfAPartThatThrows) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  FixedOrderSum const sum(world, 100);
  for (std::size_t const width : {1, 5000}) {
    std::vector<double> result(width);
    auto const fails_at = [&](std::int64_t index) {
      return [=](Range block, std::span<double> sums) {
        for (auto i = block.begin; i < block.end; ++i) {
          if (i == index) throw std::runtime_error("no");
          for (double& entry : sums) entry += 1;
        }
      };
    };
    for (std::int64_t const index : {0, 99})
      EXPECT_THROW(sum.or_throw(fails_at(index), result), std::exception);
    sum.or_throw(fails_at(100), result);
    EXPECT_EQ(result, std::vector<double>(width, 100));
    // A sum that is not a number is no failure.
    sum.or_throw([](Range, std::span<double> sums) { sums[0] = std::nan(""); }, result);
    EXPECT_TRUE(std::isnan(result[0]));
  }
}

TEST(Agreement, OfARankThatThrowsReachesAll) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  int const last = world.size() - 1;
  try {
    agree(world, [&] {
      if (world.rank() == last) throw std::runtime_error("no");
    });
    FAIL();
  } catch (std::runtime_error const& error) {
    EXPECT_NE(std::string(error.what()).find("no"), std::string::npos);
  }
  agree(world, [] {});
}

TEST(Shares, CoverTheRangeInOrder) {
  for (int parts = 1; parts < 7; ++parts) {
    std::int64_t next = 0;
    for (int part = 0; part < parts; ++part) {
      auto const range = share(17, part, parts);
      EXPECT_EQ(range.begin, next);
      next = range.end;
    }
    EXPECT_EQ(next, 17);
  }
}

}  // namespace
}  // namespace thresher::mpi
