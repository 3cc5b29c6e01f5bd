#pragma once

#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "experiments/group_matrix/solvers/thresholded_rows.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "prox/thresholded_subspace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// A step for one group: `start` is the Q below.
struct PowerStep {
  std::size_t group = 0;
  std::int64_t own_rows = 0;
  double threshold = 0;
  linalg::DenseMatrix* start = nullptr;
};

/// Singular value thresholding of each group's rows X within the left subspace X Q, where Q is what the last
/// step has left: one step of block power iteration, two products with X. Q becomes the right singular
/// vectors of what was found and a guard of others; where all of the block is above the threshold it widens,
/// and what is missing comes in later steps. A scheme that thresholds again and again, whose X settles, has
/// in the limit what a whole decomposition gives; how near it is only a decomposition tells. Q and the
/// vectors are the same on all ranks, which take turns with the small algebra. Collective.
std::vector<ThresholdedRows> power_steps(mpi::Communicator const& comm, RowOperator const& x,
                                         std::span<PowerStep const> steps,
                                         prox::SubspaceEffort const& effort);

}  // namespace thresher::group_matrix
