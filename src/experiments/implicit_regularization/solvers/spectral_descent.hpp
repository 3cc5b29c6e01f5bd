#pragma once

#include "experiments/implicit_regularization/solvers/stages.hpp"

namespace thresher::implicit_regularization {

/// Gradient descent on least squares after point.steps updates from 0, in closed form along the eigenvectors
/// of S: theta = V diag(a / s) V^T X^T y/n, and -grad L there = V diag(1 - a) V^T X^T y/n, which keeps its
/// digits where it is small. Collective.
std::vector<Endpoint> spectral_endpoints(Parameters const& point, std::int64_t replicates,
                                         StartStage const& start, study::Team& team);

}  // namespace thresher::implicit_regularization
