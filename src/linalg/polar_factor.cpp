#include "linalg/polar_factor.hpp"

#include "linalg/dense_matrix.hpp"
#include "linalg/singular_values.hpp"

#include <cassert>
#include <vector>

namespace thresher::linalg {

void polar_factor(MatrixView b) {
  assert(b.rows >= b.columns);
  if (b.columns == 0) return;
  DenseMatrix u(b.rows, b.columns), vt(b.columns, b.columns);
  std::vector<double> values(static_cast<std::size_t>(b.columns));
  gesdd(b, values, u.view(), vt.view());
  gemm(Transpose::no, Transpose::no, 1, u.view(), vt.view(), 0, b);
}

}  // namespace thresher::linalg
