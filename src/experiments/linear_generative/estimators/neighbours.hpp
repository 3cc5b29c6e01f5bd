#pragma once

#include "linalg/row_layout.hpp"
#include "linalg/tall_matrix.hpp"

#include <cstdint>
#include <vector>

namespace thresher::linear_generative {

/// How close the columns of a panel come to the rows of a data set.
struct Neighbours {
  std::vector<double> cosines;         ///< largest |cos| over the rows, per column
  std::vector<std::int64_t> examples;  ///< the row where it is attained (the first one)
  double squared_norms = 0;            ///< sum of |x_mu|^2: n tr C
};

/// One pass over the rows for all columns of the panel, of which each rank holds its share of the d entries.
/// Collective; all ranks get the same numbers.
Neighbours nearest_examples(linalg::TallMatrix const& rows, linalg::RowLayout const& layout,
                            linalg::ConstMatrixView own_panel);

}  // namespace thresher::linear_generative
