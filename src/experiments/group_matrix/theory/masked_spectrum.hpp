#pragma once

#include "linalg/dense_matrix.hpp"

#include <vector>

namespace thresher::group_matrix {

/// A matrix of low rank seen through noise of independent entries whose variance depends on the entry, as a
/// mask and its correction by the density make it: X = U diag(s) V^T + E, Var E_ij = floor + slope (U diag(s)
/// V^T)_ij^2.
struct MaskedSpikes {
  linalg::DenseMatrix left;      ///< U, m x r, orthonormal columns
  std::vector<double> strength;  ///< s, descending, > 0
  linalg::DenseMatrix right;     ///< V, d x r, orthonormal columns
  double floor = 0;
  double slope = 0;
};

/// Limit of (1 / r) |V^T V_hat|_F^2 for the top r right singular vectors of X, counting the directions whose
/// singular values leave the bulk. Deterministic equivalent of the resolvent for a variance profile (Hachem,
/// Loubaton and Najim 2007: g_i = -1 / (z + sum_j S_ij h_j), h_j = -1 / (z + sum_i S_ij g_i)); singular
/// values outside are the roots of det [[U^T g U, 1/s], [1/s, V^T h V]] (Benaych-Georges and Nadakuditi 2012
/// for constant variance, which gives SpikedSingular::left_overlap). Products with S cost (m + d) r^2.
double captured_direction_part(MaskedSpikes const& spikes);

}  // namespace thresher::group_matrix
