#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// Singular value thresholding of the rows of one group.
struct ThresholdedRows {
  std::vector<double> singular_values;  ///< of X_g, those above the threshold
  double threshold = 0;
  linalg::DenseMatrix vectors;       ///< right singular vectors, columns x rank, the same on all ranks
  linalg::DenseMatrix coefficients;  ///< rank x own rows: the result is vectors times these

  std::int64_t rank() const { return vectors.columns(); }
  double nuclear_norm() const {
    double norm = 0;
    for (double const value : singular_values) norm += value - threshold;
    return norm;
  }
};

}  // namespace thresher::group_matrix
