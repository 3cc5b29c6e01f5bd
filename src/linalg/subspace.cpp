#include "linalg/subspace.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::linalg {

double subspace_overlap(RowLayout const& layout, ConstMatrixView own_u, ConstMatrixView own_v) {
  double sum = 0;
  for (double const product : cross_products(layout, own_u, own_v)) sum += product * product;
  return sum;
}

double projection_distance(RowLayout const& layout, ConstMatrixView own_u, ConstMatrixView own_v) {
  double const overlap = subspace_overlap(layout, own_u, own_v);
  return std::sqrt(std::max(0.0, static_cast<double>(own_u.columns + own_v.columns) - 2 * overlap));
}

}  // namespace thresher::linalg
