#pragma once

#include "experiments/group_matrix/solvers/factored_matrix.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>

namespace thresher::group_matrix {

/// An estimate of the rows of this rank, dense or in factors: the sum of both.
struct Estimate {
  FactoredMatrix factored;
  linalg::DenseMatrix dense;  ///< columns x own rows, or nothing

  /// panel.column(t) <- row rows[t].
  void rows(std::span<std::int32_t const> rows, linalg::MatrixView panel) const;
  /// Entries where observations lie.
  std::vector<double> at(Observations const& where) const;
};

}  // namespace thresher::group_matrix
