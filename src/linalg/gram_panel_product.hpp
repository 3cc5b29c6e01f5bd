#pragma once

#include "linalg/lapack.hpp"

namespace thresher::linalg {

/// inner (b x columns of P) <- Q^T P and out <- P inner^T = P P^T Q, for a large panel P and one of b
/// columns. Up to some dozens of them P is read from memory once: BLAS would read and pack it twice. Not
/// collective.
void gram_panel_product(ConstMatrixView p, ConstMatrixView q, MatrixView inner, MatrixView out);

}  // namespace thresher::linalg
