#include "linalg/covariance_operator.hpp"

#include <algorithm>

namespace thresher::linalg {

CovarianceOperator::CovarianceOperator(TallMatrix const& rows, double ridge, Map map)
    : rows_(rows), layout_(rows.communicator(), rows.columns()), ridge_(ridge), map_(std::move(map)) {}

void CovarianceOperator::apply(ConstMatrixView own_in, MatrixView own_out) const {
  if (before_pass_) before_pass_();
  ++passes_;
  auto const width = own_in.columns;
  auto const padded = padded_columns(width);
  if (whole_.columns() != padded) {
    whole_ = DenseMatrix(layout_.rows(), padded);
    product_ = DenseMatrix(layout_.rows(), padded);
  }
  gather_rows(layout_, own_in, whole_.columns_from(0, width));
  std::ranges::fill(whole_.values().subspan(static_cast<std::size_t>(width * layout_.rows())), 0.0);
  if (map_) map_(whole_.view());

  std::ranges::fill(product_.values(), 0.0);
  mpi::agree(layout_.communicator(), [&] {
    DenseMatrix scores;
    rows_.visit([&](mpi::Range, ConstMatrixView block) {
      if (scores.rows() != block.columns) scores = DenseMatrix(block.columns, padded);
      gemm(Transpose::yes, Transpose::no, 1, block, whole_.view(), 0, scores.view());
      gemm(Transpose::no, Transpose::no, 1, block, scores.view(), 1, product_.view());
    });
  });
  double const scale = 1 / static_cast<double>(rows_.rows());
  // The ridge enters once, before the sum over ranks.
  double const ridge = layout_.communicator().rank() == 0 ? ridge_ : 0;
  auto const values = product_.values();
  auto const in = whole_.values();
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = values[k] * scale + ridge * in[k];
  if (map_) map_(product_.view());
  sum_to_rows(layout_, product_.columns_from(0, width), own_out);
}

}  // namespace thresher::linalg
