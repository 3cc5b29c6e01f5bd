#pragma once

#include "experiments/hierarchical_features/estimators/stages.hpp"

namespace thresher::hierarchical_features {

/// Whether the oracle is measured at a point: where the truth is known, and has orthogonal features.
bool uses_oracle(Parameters const& point);
/// Whether a baseline that works on inputs x is measured at a point.
bool uses_inputs(Parameters const& point, Baseline baseline);

/// Error of the pipeline with V = A, over the variance of the test labels. Collective.
double oracle_error(Parameters const& point, TrialData const& data);

/// Error of the pipeline with F replaced by x, and the same weights. Collective.
double shallow_error(Parameters const& point, SpectralStage const& spectral);

}  // namespace thresher::hierarchical_features
