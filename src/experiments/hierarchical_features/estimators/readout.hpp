#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// This rank's values of the second-layer scalar in a fold of `rows` samples, and their labels.
struct ScalarFold {
  std::int64_t rows;
  std::vector<double> own_scalars;
  std::vector<double> own_labels;
};

/// Error of the last layer on the test fold.
struct ReadoutError {
  double mse = 0;
  double label_variance = 0;  ///< population variance of the test labels
  double nmse() const { return mse / label_variance; }
};

/// Fits y by ridge regression on 1, t and (t - kappa_j)_+, t the standardised scalar and kappa_j its
/// quantiles in the fold of the fit, and measures it on the test fold. Rank 0 does it; others return zeros.
/// Collective.
ReadoutError readout_error(Parameters const& point, mpi::Communicator const& comm, ScalarFold const& fit,
                           ScalarFold const& test);

}  // namespace thresher::hierarchical_features
