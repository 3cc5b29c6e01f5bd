#include "linalg/covariance_operator.hpp"

namespace thresher::linalg {

CovarianceOperator::CovarianceOperator(TallMatrix const& rows, double ridge, Map map)
    : rows_(rows), layout_(rows.communicator(), rows.columns()), ridge_(ridge), map_(std::move(map)) {}

void CovarianceOperator::apply(ConstMatrixView own_in, MatrixView own_out) const {
  if (before_pass_) before_pass_();
  ++passes_;
  auto const width = own_in.columns;
  if (whole_.columns() != width) whole_ = DenseMatrix(layout_.rows(), width);
  gather_rows(layout_, own_in, whole_.view());
  if (map_) map_(whole_.view());

  ColumnGroups const panel(whole_.view());
  ColumnGroups image(layout_.rows(), width);
  mpi::agree(layout_.communicator(), [&] {
    rows_.visit([&](mpi::Range, ConstMatrixView block) {
      if (scores_.rows() < block.columns || scores_.columns() != width)
        scores_ = ColumnGroups(block.columns, width);
      block_scores(block, panel, scores_);
      add_block_image(block, scores_, image);
    });
  });
  double const scale = 1 / static_cast<double>(rows_.rows());
  // The ridge enters once, before the sum over ranks.
  double const ridge = layout_.communicator().rank() == 0 ? ridge_ : 0;
  for (std::int64_t j = 0; j < width; ++j)
    for (std::int64_t i = 0; i < layout_.rows(); ++i)
      whole_(i, j) = scale * image(i, j) + ridge * whole_(i, j);
  if (map_) map_(whole_.view());
  sum_to_rows(layout_, whole_.view(), own_out);
}

}  // namespace thresher::linalg
