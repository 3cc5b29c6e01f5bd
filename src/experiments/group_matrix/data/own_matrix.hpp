#pragma once

#include "experiments/group_matrix/data/observations.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/model/own_matrix.hpp"
#include "study/team.hpp"

#include <vector>

/// The user's file: /Y [n, d] with NaN for what is missing, or /obs/row, /obs/col, /obs/value and attributes
/// n_rows, n_cols of /obs (or of the file); /labels [n, A] with the level of every row in each factor (-1:
/// none), or /groups/ptr and /groups/index, lists of rows; optional /test/row, /test/col, /test/value, cells
/// that are not fitted, and /weights, one per factor (with /groups: per group).
namespace thresher::group_matrix {

/// Reads all of it once. Throws study::UserError where something is missing, does not fit or is not finite.
OwnMatrix examine_own_matrix(study::InputReader const& input);

/// What one rank holds of it.
struct OwnMatrixPart {
  Observations observations;
  Observations tests;
  std::vector<GroupRows> groups;
};
/// Not collective.
OwnMatrixPart read_own_matrix(study::InputReader const& input, OwnMatrix const& about, mpi::Range own);

}  // namespace thresher::group_matrix
