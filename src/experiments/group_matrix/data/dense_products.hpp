#pragma once

#include "linalg/dense_matrix.hpp"

namespace thresher::group_matrix {

/// op(A) op(B) in memory of its own.
inline linalg::DenseMatrix product(linalg::Transpose of_a, linalg::ConstMatrixView a, linalg::Transpose of_b,
                                   linalg::ConstMatrixView b) {
  using linalg::Transpose;
  auto c = linalg::DenseMatrix::unset(of_a == Transpose::no ? a.rows : a.columns,
                                      of_b == Transpose::no ? b.columns : b.rows);
  linalg::gemm(of_a, of_b, 1, a, b, 0, c.view());
  return c;
}

/// |A|^2, Frobenius.
inline double squared_norm(linalg::DenseMatrix const& a) {
  double sum = 0;
  for (double const entry : a.values()) sum += entry * entry;
  return sum;
}

}  // namespace thresher::group_matrix
