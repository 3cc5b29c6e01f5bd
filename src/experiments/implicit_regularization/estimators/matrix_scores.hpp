#pragma once

#include "experiments/implicit_regularization/estimators/observed.hpp"
#include "experiments/implicit_regularization/model/metrics.hpp"
#include "study/team.hpp"

namespace thresher::implicit_regularization {

/// The quadratic penalty of early stopping read off all runs as a matrix, its distance to Lambda_t, and
/// training with it; leaves the artifacts of both matrices. Rank 0 holds the matrices and gets the metrics.
/// Collective.
void score_matrix(Observed const& observed, study::Team& team, Metrics& metrics);

}  // namespace thresher::implicit_regularization
