#pragma once

#include "experiments/group_matrix/model/design.hpp"
#include "mpi/holdings.hpp"
#include "mpi/partition.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// The rows of one group as a rank sees them.
struct GroupRows {
  std::int64_t size = 0;          ///< of all ranks together
  std::vector<std::int32_t> own;  ///< numbers among the rank's rows, ascending

  std::int64_t own_count() const { return static_cast<std::int64_t>(own.size()); }
};

/// The ranks that hold rows of each group. Collective.
std::vector<mpi::Holding> holders(mpi::Communicator const& comm, std::span<GroupRows const* const> groups);

/// Where each of a rank's rows stands in groups, in the order of groups.
class RowPlaces {
 public:
  struct Place {
    std::size_t group;
    std::int64_t position;  ///< among the rank's rows of the group
  };
  RowPlaces(std::span<GroupRows const* const> groups, std::int64_t rows);
  std::span<Place const> of(std::int64_t row) const {
    auto const at = static_cast<std::size_t>(row);
    return std::span(places_).subspan(begins_[at], begins_[at + 1] - begins_[at]);
  }

 private:
  std::vector<Place> places_;
  std::vector<std::size_t> begins_;
};

/// Groups of the design, base blocks, and the group of all rows, for a rank that holds `own`.
std::vector<GroupRows> design_groups(Design const& design, mpi::Range own);
std::vector<GroupRows> base_blocks(Design const& design, mpi::Range own);
GroupRows all_rows(std::int64_t rows, mpi::Range own);

}  // namespace thresher::group_matrix
