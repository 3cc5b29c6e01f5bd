#include "linalg/row_products.hpp"

#include "linalg/column_groups.hpp"

namespace thresher::linalg {

DenseMatrix rows_times_panel(TallMatrix const& rows, RowLayout const& layout, ConstMatrixView own_panel) {
  DenseMatrix whole(layout.rows(), own_panel.columns);
  gather_rows(layout, own_panel, whole.view());
  ColumnGroups const panel(whole.view());
  auto const own = rows.owned();
  DenseMatrix result(own.size(), own_panel.columns);
  mpi::agree(rows.communicator(), [&] {
    rows.visit([&](mpi::Range some, ConstMatrixView block) {
      ColumnGroups scores(some.size(), result.columns());
      block_scores(block, panel, scores);
      scores.copy_to(result.view().block(some.begin - own.begin, 0, some.size(), result.columns()));
    });
  });
  return result;
}

DenseMatrix transposed_rows_times_panel(TallMatrix const& rows, RowLayout const& layout,
                                        ConstMatrixView own_panel) {
  auto const own = rows.owned();
  ColumnGroups image(layout.rows(), own_panel.columns);
  mpi::agree(rows.communicator(), [&] {
    rows.visit([&](mpi::Range some, ConstMatrixView block) {
      ColumnGroups const scores(own_panel.block(some.begin - own.begin, 0, some.size(), own_panel.columns));
      add_block_image(block, scores, image);
    });
  });
  DenseMatrix partial(layout.rows(), own_panel.columns);
  image.copy_to(partial.view());
  DenseMatrix result(layout.owned().size(), own_panel.columns);
  sum_to_rows(layout, partial.view(), result.view());
  return result;
}

}  // namespace thresher::linalg
