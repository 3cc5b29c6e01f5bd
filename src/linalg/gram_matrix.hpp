#pragma once

#include "linalg/dense_matrix.hpp"
#include "linalg/tall_matrix.hpp"

#include <functional>

namespace thresher::linalg {

/// X^T X (columns x columns, lower triangle) on `owner`, an empty matrix elsewhere. Each rank adds up its own
/// rows. Collective.
DenseMatrix column_gram(TallMatrix const& rows, int owner);

/// X X^T (rows x rows, lower triangle) on `owner`, an empty matrix elsewhere, for X with a map applied to
/// every row (the map works in place on a block with one row of X per column; empty: none). Rows are
/// exchanged for shares of the columns, so that every rank does an equal part; each holds rows x its share of
/// the columns. Collective.
DenseMatrix row_gram(TallMatrix const& rows, std::function<void(MatrixView)> const& map, int owner);

}  // namespace thresher::linalg
