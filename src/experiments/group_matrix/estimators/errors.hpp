#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/solvers/estimate.hpp"

#include <vector>

namespace thresher::group_matrix {

/// Squares of errors and of the truth.
struct ErrorPair {
  double error = 0;
  double truth = 0;
  /// Root of the quotient; NaN where the truth is 0.
  double relative() const;
  ErrorPair& operator+=(ErrorPair const& other);
};

/// Errors of an estimate of simulated data, by base block.
struct BlockErrors {
  ErrorPair unobserved, all, held;
};
/// On all ranks. Collective.
std::vector<BlockErrors> block_errors(MatrixData const& data, Estimate const& estimate);
/// Squares of error and truth over the unobserved entries. Collective.
ErrorPair unobserved_error(MatrixData const& data, Estimate const& estimate);

/// Errors at the user's test cells: of all, and of each group. Collective.
struct TestErrors {
  ErrorPair all;
  double cells = 0;
  std::vector<ErrorPair> groups;
  std::vector<double> cells_of_group;
};
TestErrors test_errors(MatrixData const& data, Estimate const& estimate);

}  // namespace thresher::group_matrix
