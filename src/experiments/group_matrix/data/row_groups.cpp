#include "experiments/group_matrix/data/row_groups.hpp"

#include <numeric>

namespace thresher::group_matrix {

std::vector<mpi::Holding> holders(mpi::Communicator const& comm, std::span<GroupRows const* const> groups) {
  std::vector<bool> holds;
  for (auto const* group : groups) holds.push_back(group->own_count() > 0);
  return mpi::holdings(comm, holds);
}

RowPlaces::RowPlaces(std::span<GroupRows const* const> groups, std::int64_t rows)
    : begins_(static_cast<std::size_t>(rows) + 1) {
  for (auto const* group : groups)
    for (auto const row : group->own) ++begins_[static_cast<std::size_t>(row) + 1];
  std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
  places_.resize(begins_.back());
  std::vector<std::size_t> next(begins_.begin(), begins_.end() - 1);
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t s = 0; s < groups[g]->own_count(); ++s)
      places_[next[static_cast<std::size_t>(groups[g]->own[static_cast<std::size_t>(s)])]++] = {g, s};
}

std::vector<GroupRows> design_groups(Design const& design, mpi::Range own) {
  std::vector<GroupRows> groups(static_cast<std::size_t>(design.groups()));
  for (std::int64_t g = 0; g < design.groups(); ++g)
    groups[static_cast<std::size_t>(g)].size = design.size(g);
  for (auto row = own.begin; row < own.end; ++row)
    for (auto const g : design.groups_of(row))
      groups[static_cast<std::size_t>(g)].own.push_back(static_cast<std::int32_t>(row - own.begin));
  return groups;
}

std::vector<GroupRows> base_blocks(Design const& design, mpi::Range own) {
  std::vector<GroupRows> blocks(static_cast<std::size_t>(design.blocks()), {design.block_rows(), {}});
  for (auto row = own.begin; row < own.end; ++row)
    blocks[static_cast<std::size_t>(design.block_of(row))].own.push_back(
        static_cast<std::int32_t>(row - own.begin));
  return blocks;
}

GroupRows all_rows(std::int64_t rows, mpi::Range own) {
  GroupRows all{rows, std::vector<std::int32_t>(static_cast<std::size_t>(own.size()))};
  std::iota(all.own.begin(), all.own.end(), 0);
  return all;
}

}  // namespace thresher::group_matrix
