#pragma once

#include "experiments/spiked_wigner/data.hpp"
#include "linalg/dense_matrix.hpp"

namespace thresher::spiked_wigner {

/// This rank's rows of the matrix, entry by entry: its products with the unit vectors. Collective.
inline linalg::DenseMatrix own_rows(SpikedMatrix const& matrix) {
  auto const own = matrix.layout().owned();
  auto const n = matrix.layout().rows();
  linalg::DenseMatrix identity(own.size(), n);
  for (auto i = own.begin; i < own.end; ++i) identity(i - own.begin, i) = 1;
  linalg::DenseMatrix rows(own.size(), n);
  matrix.apply(identity.view(), rows.view());
  return rows;
}

inline Parameters point(std::int64_t n, double theta) {
  Parameters made{.n = n, .theta = theta};
  return made;
}

}  // namespace thresher::spiked_wigner
