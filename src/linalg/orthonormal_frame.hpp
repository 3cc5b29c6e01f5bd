#pragma once

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"

#include <functional>

namespace thresher::linalg {

/// Replaces the columns of A (rows >= columns, full rank) by the factor Q of its QR factorisation with a
/// positive diagonal of R: unique, and Haar on the frames when the entries of A are independent normals
/// (Mezzadri 2007). Not collective.
void orthonormalize_columns(MatrixView a);

/// A frame that shapes data: `fill` writes A on the team's rank 0 alone, which orthonormalises it whole and
/// sends it to all: processors differ in the last bits. `frame` has contiguous columns. Collective; a failure
/// of `fill` is thrown on all ranks.
void orthonormal_frame(mpi::Communicator const& comm, std::function<void(MatrixView)> const& fill,
                       MatrixView frame);

}  // namespace thresher::linalg
