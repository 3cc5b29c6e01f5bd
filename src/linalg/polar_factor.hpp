#pragma once

#include "linalg/lapack.hpp"

namespace thresher::linalg {

/// Replaces B (rows >= columns, full rank) by the orthonormal factor B (B^T B)^{-1/2} of its polar
/// decomposition, the frame closest to B: U V^T of its singular vectors. Haar on the frames when the entries
/// of B are independent normals. Not collective: what shapes data is decomposed by one rank and sent to all.
void polar_factor(MatrixView b);

}  // namespace thresher::linalg
