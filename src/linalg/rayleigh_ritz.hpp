#pragma once

#include "linalg/dense_matrix.hpp"
#include "linalg/panel_operator.hpp"

#include <vector>

namespace thresher::linalg {

/// Approximate leading eigenpairs of a symmetric operator, largest first.
struct Eigenpairs {
  std::vector<double> values;
  DenseMatrix own_vectors;  ///< this rank's rows, one column per value, orthonormal
};

/// The `count` leading Ritz pairs of `op` in the span of `own_basis` (this rank's rows; the columns may be
/// nearly dependent: directions below 1e-10 of the largest are dropped). Fewer pairs where the span is
/// smaller. One application of `op` to the whole basis. Collective.
Eigenpairs rayleigh_ritz(PanelOperator const& op, ConstMatrixView own_basis, std::int64_t count);

}  // namespace thresher::linalg
