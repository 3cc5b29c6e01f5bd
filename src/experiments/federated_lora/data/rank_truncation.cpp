#include "experiments/federated_lora/data/rank_truncation.hpp"

#include "linalg/orthonormal_frame.hpp"
#include "linalg/singular_values.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace thresher::federated_lora {

namespace {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

struct Triplets {
  DenseMatrix u;
  std::vector<double> values;
  DenseMatrix vt;
};

Triplets triplets(MatrixView a) {
  std::int64_t const full = std::min(a.rows, a.columns);
  Triplets all{DenseMatrix(a.rows, full), std::vector<double>(static_cast<std::size_t>(full)),
               DenseMatrix(full, a.columns)};
  linalg::gesdd(a, all.values, all.u.view(), all.vt.view());
  return all;
}

}  // namespace

void leading_factors(MatrixView a, MatrixView left, MatrixView right) {
  auto const all = triplets(a);
  for (std::int64_t k = 0; k < left.columns; ++k) {
    for (std::int64_t i = 0; i < left.rows; ++i)
      left(i, k) = all.u(i, k) * all.values[static_cast<std::size_t>(k)];
    for (std::int64_t j = 0; j < right.rows; ++j) right(j, k) = all.vt(k, j);
  }
}

void sketched_factors(ConstMatrixView a, DenseMatrix sketch, MatrixView left, MatrixView right) {
  constexpr int kSteps = 2;
  DenseMatrix range(a.rows, sketch.columns());
  linalg::gemm(Transpose::no, Transpose::no, 1, a, sketch.view(), 0, range.view());
  linalg::orthonormalize_columns(range.view());
  for (int step = 0; step < kSteps; ++step) {
    linalg::gemm(Transpose::yes, Transpose::no, 1, a, range.view(), 0, sketch.view());
    linalg::orthonormalize_columns(sketch.view());
    linalg::gemm(Transpose::no, Transpose::no, 1, a, sketch.view(), 0, range.view());
    linalg::orthonormalize_columns(range.view());
  }
  DenseMatrix inside(range.columns(), a.columns);
  linalg::gemm(Transpose::yes, Transpose::no, 1, range.view(), a, 0, inside.view());
  DenseMatrix inner(range.columns(), left.columns);
  leading_factors(inside.view(), inner.view(), right);
  linalg::gemm(Transpose::no, Transpose::no, 1, range.view(), inner.view(), 0, left);
}

}  // namespace thresher::federated_lora
