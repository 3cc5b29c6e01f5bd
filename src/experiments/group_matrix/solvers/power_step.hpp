#pragma once

#include "experiments/group_matrix/solvers/row_operator.hpp"
#include "experiments/group_matrix/solvers/thresholded_rows.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "prox/thresholded_subspace.hpp"

#include <cstddef>
#include <cstdint>

namespace thresher::group_matrix {

/// Singular value thresholding of a group's rows X within the left subspace X Q, where Q, `start`, is what
/// the last step has left: one step of block power iteration, two products with X. Q becomes the right
/// singular vectors of what was found and a guard of others; where all of the block is above the threshold it
/// widens, and what is missing comes in later steps. A scheme that thresholds again and again, whose X
/// settles, has in the limit what a whole decomposition gives; how near it is only a decomposition tells. Q
/// and the vectors are the same on all ranks. Collective.
ThresholdedRows power_step(mpi::Communicator const& comm, RowOperator const& x, std::size_t g,
                           std::int64_t own_rows, double threshold, prox::SubspaceEffort const& effort,
                           linalg::DenseMatrix& start);

}  // namespace thresher::group_matrix
