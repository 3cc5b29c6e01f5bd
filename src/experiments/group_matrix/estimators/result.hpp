#pragma once

#include "experiments/group_matrix/solvers/penalised_fit.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// One point of a path of penalty levels.
struct PathPoint {
  double fraction = 0;
  double score = 0;  ///< mean squared validation error, or true squared error
  double mean_rank = 0;
  std::int64_t iterations = 0;
};

/// What an estimator hands to the measurement.
struct Result {
  Estimate estimate;
  std::vector<linalg::DenseMatrix> subspaces;  ///< of the groups, where they are not those of the estimate
  double mean_rank = 0;
  double fraction = study::kUndefined;
  double val_error = study::kUndefined;
  double objective = study::kUndefined;
  double duality_gap = study::kUndefined;
  std::int64_t iterations = 0;
  bool converged = true;
  std::vector<PathPoint> path;
  std::vector<Residuals> history;  ///< of the last fit
};

}  // namespace thresher::group_matrix
