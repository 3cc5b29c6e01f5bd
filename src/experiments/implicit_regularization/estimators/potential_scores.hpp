#pragma once

#include "experiments/implicit_regularization/estimators/observed.hpp"
#include "experiments/implicit_regularization/model/metrics.hpp"

namespace thresher::implicit_regularization {

/// Diagonal networks: the power that the gradient flow's potential looks like at the weights that were
/// reached, and the distance of these from the truth. Collective.
void score_potential(Observed const& observed, Metrics& metrics);

}  // namespace thresher::implicit_regularization
