#pragma once

#include "experiments/reward_single_index/model/metrics.hpp"
#include "experiments/reward_single_index/solvers/spherical_descent.hpp"
#include "experiments/reward_single_index/solvers/transform_moments.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <vector>

namespace thresher::reward_single_index {

/// What a first stage leaves: how its neurons lie with respect to the hidden direction and to each other, and
/// what it measured of itself.
struct Features {
  std::vector<double> overlaps;  ///< m_j
  linalg::DenseMatrix gram;      ///< of (theta, w_1 .. w_N); none from the projected engine
  Metrics measured;              ///< what the first stage alone knows
  LearningCurve curve;
  std::vector<double> eigenvalues;
  std::vector<double> direction;    ///< v, where w_j = s_j v; on every rank
  mpi::Range own_columns;           ///< else: this rank's coordinates
  linalg::DenseMatrix own_weights;  ///< of the neurons (columns)
};

/// Neurons w_j = s_j v along a unit vector v, of which the team knows <v, theta>.
Features features_along(std::vector<double> direction, std::vector<double> const& theta,
                        std::int64_t neurons);
/// Neurons that are spread over the team. Collective.
Features spread_features(SpreadWeights const& weights);
/// What the rows say of the label transform.
void measure_transform(TransformMoments const& moments, Metrics& metrics);

}  // namespace thresher::reward_single_index
