#pragma once

#include "experiments/implicit_regularization/model/metrics.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "experiments/implicit_regularization/solvers/deviation.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

namespace thresher::implicit_regularization {

/// Fits all candidates of a point and leaves its artifacts. Not converged: a minimisation that left the
/// deviation more than 1e-3 away from the penalty's gradient, or, where that is unknown, one that did not
/// reach its tolerance. Collective; rank 0 has the metrics.
study::Outcome measure_point(Deviation const& deviation, Parameters const& point, study::Team& team,
                             Metrics& metrics);

}  // namespace thresher::implicit_regularization
