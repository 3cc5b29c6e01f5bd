#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"

namespace thresher::group_matrix {

/// What the fits of a path see, and what they are scored by.
struct ValidationSplit {
  Observations fitted;
  Observations held;
};

/// Holds out the part `val_fraction` of the observed entries, or of the pairs of a block and a column with
/// all their entries (of own data: blocks are the levels of the first factor, or the groups; an entry is held
/// where a pair of one of its row's blocks is). Not collective.
ValidationSplit split_for_validation(Parameters const& point, MatrixData const& data);

}  // namespace thresher::group_matrix
