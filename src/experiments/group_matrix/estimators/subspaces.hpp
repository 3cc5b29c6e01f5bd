#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/estimators/result.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// The latent subspace of one group as an estimate has it, beside the true one.
struct GroupReading {
  std::int64_t rank = 0;            ///< q_g
  linalg::DenseMatrix subspace;     ///< V^, columns x at most q_g
  std::vector<double> values;       ///< singular values of M^_g, the leading ones
  std::vector<double> true_values;  ///< of M*_g
  double distance = 0;              ///< root-mean-square sine to the true subspace
  double energy_loss = 0;           ///< part of |M*_g|^2 outside the estimated subspace
};
/// Of simulated data, on all ranks. Collective.
std::vector<GroupReading> read_subspaces(MatrixData const& data, Result const& result);

/// Leading singular values and right vectors of the groups' rows of an estimate, `count` at most. Collective.
std::vector<GroupReading> leading_directions(MatrixData const& data, Estimate const& estimate,
                                             std::int64_t count);

}  // namespace thresher::group_matrix
