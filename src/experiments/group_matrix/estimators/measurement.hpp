#pragma once

#include "experiments/group_matrix/data/matrix_data.hpp"
#include "experiments/group_matrix/model/metrics.hpp"
#include "experiments/group_matrix/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

namespace thresher::group_matrix {

/// The analysis at one point: estimate, metrics, arrays. Collective.
study::Outcome measure_point(MatrixData const& data, Parameters const& point, study::Team& team,
                             Metrics& metrics);

/// Metrics that apply at a point are 0, the others NaN.
Metrics applicable_metrics(Parameters const& point);

}  // namespace thresher::group_matrix
