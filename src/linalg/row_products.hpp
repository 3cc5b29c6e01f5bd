#pragma once

#include "linalg/dense_matrix.hpp"
#include "linalg/row_layout.hpp"
#include "linalg/tall_matrix.hpp"

namespace thresher::linalg {

/// X Q for a panel Q spread over X's columns: this rank's rows of X times the whole panel. One pass over X.
/// Collective.
DenseMatrix rows_times_panel(TallMatrix const& rows, RowLayout const& layout, ConstMatrixView own_panel);

/// X^T P for a panel P of which this rank holds the entries of its own rows of X: this rank's rows of the
/// result, which is spread over X's columns. One pass over X. Collective.
DenseMatrix transposed_rows_times_panel(TallMatrix const& rows, RowLayout const& layout,
                                        ConstMatrixView own_panel);

}  // namespace thresher::linalg
