#pragma once

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "experiments/hierarchical_features/estimators/first_layer.hpp"

#include <vector>

namespace thresher::hierarchical_features {

/// How a learned form relates to the truth; the same on all ranks.
struct SubspaceMetrics {
  std::vector<double> cosines;   ///< cos2_k = |V^T a_k|^2 / |a_k|^2
  double mse_projection = 0;     ///< population error of the best coefficients in span V
  double coefficient_error = 0;  ///< |B - W^T diag(lambda) W|_F^2, W = A^T V
};

/// Collective.
SubspaceMetrics subspace_metrics(linalg::RowLayout const& layout, Truth const& truth,
                                 LearnedForm const& form);

/// (1/d1) |Q^T Q'|_F^2 for orthonormal bases of the true and the learned features of a fold, of which this
/// rank holds its own rows. Rank 0 gets it, others 0. Collective.
double feature_overlap(mpi::Communicator const& comm, std::int64_t rows, linalg::ConstMatrixView own_true,
                       linalg::ConstMatrixView own_learned);

}  // namespace thresher::hierarchical_features
