#pragma once

#include "linalg/row_layout.hpp"

namespace thresher::linalg {

/// |U^T V|_F^2 for panels with orthonormal columns: the sum of the squared cosines of the principal angles
/// between their spans. Collective.
double subspace_overlap(RowLayout const& layout, ConstMatrixView own_u, ConstMatrixView own_v);

/// |P_U - P_V|_F of the orthogonal projectors on the two spans, from the same overlap. Collective.
double projection_distance(RowLayout const& layout, ConstMatrixView own_u, ConstMatrixView own_v);

}  // namespace thresher::linalg
