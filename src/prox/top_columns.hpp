#pragma once

#include "mpi/communicator.hpp"

#include <cstdint>
#include <vector>

namespace thresher::prox {

struct ScoredColumn {
  double score = 0;
  std::int64_t column = 0;
};

/// The `count` highest scores over all ranks, highest first; of equal scores the lower column comes first.
/// Every rank gives its own columns. The same result on all ranks. Collective.
std::vector<ScoredColumn> top_columns(mpi::Communicator const& comm, std::vector<ScoredColumn> local,
                                      std::int64_t count);

}  // namespace thresher::prox
