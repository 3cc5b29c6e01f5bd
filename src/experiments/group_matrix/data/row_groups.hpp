#pragma once

#include "experiments/group_matrix/model/design.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// The rows of one group as a rank sees them.
struct GroupRows {
  std::int64_t size = 0;          ///< of all ranks together
  std::vector<std::int32_t> own;  ///< numbers among the rank's rows, ascending

  std::int64_t own_count() const { return static_cast<std::int64_t>(own.size()); }
};

/// Groups of the design, base blocks, and the group of all rows, for a rank that holds `own`.
std::vector<GroupRows> design_groups(Design const& design, mpi::Range own);
std::vector<GroupRows> base_blocks(Design const& design, mpi::Range own);
GroupRows all_rows(std::int64_t rows, mpi::Range own);

}  // namespace thresher::group_matrix
