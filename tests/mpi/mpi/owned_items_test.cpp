#include "mpi/owned_items.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace thresher::mpi {
namespace {

/// Item k has k numbers, of rank r: r + k + 10 i.
std::vector<std::vector<double>> items_of(int rank, std::size_t count) {
  std::vector<std::vector<double>> items(count);
  for (std::size_t k = 0; k < count; ++k)
    for (std::size_t i = 0; i < k; ++i) items[k].push_back(rank + static_cast<double>(k + 10 * i));
  return items;
}

TEST(OwnedItems, AreAddedUpOnTheirOwners) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  for (std::size_t const count : {0, 1, 3, 8}) {
    auto items = items_of(world.rank(), count);
    std::vector<std::span<double>> views(items.begin(), items.end());
    auto const owners = in_turn(world, count);
    sum_on_owners(world, owners, views);
    for (std::size_t k = 0; k < count; ++k)
      for (std::size_t i = 0; i < k; ++i) {
        double const ranks = world.size();
        double const sum = ranks * (ranks - 1) / 2 + ranks * static_cast<double>(k + 10 * i);
        if (world.rank() == owners[k]) {
          EXPECT_EQ(items[k][i], sum);
        }
      }
  }
}

TEST(OwnedItems, GoToAllWhateverTheOthersHave) {
  auto const world = Communicator::duplicate(MPI_COMM_WORLD);
  for (std::size_t const count : {0, 1, 3, 8}) {
    auto items = items_of(world.rank(), count);
    // Not in turn: the last one has them all but the first.
    std::vector<int> owners(count, world.size() - 1);
    if (count > 0) owners.front() = 0;
    for (std::size_t k = 0; k < count; ++k)
      if (world.rank() != owners[k]) items[k].assign(5, -1);
    send_from_owners(world, owners, items);
    for (std::size_t k = 0; k < count; ++k) EXPECT_EQ(items[k], items_of(owners[k], count)[k]) << k;
  }
}

}  // namespace
}  // namespace thresher::mpi
