#pragma once

#include "experiments/entropy_coupling/estimators/stages.hpp"
#include "experiments/entropy_coupling/model/metrics.hpp"
#include "experiments/entropy_coupling/model/parameters.hpp"

namespace thresher::entropy_coupling {

/// Reads all metrics of a point off its search; estimators without a trajectory do their work here. The
/// team's rank 0 gets the metrics and leaves the artifacts that are wanted. Collective.
void measure_point(SearchResult const& search, Parameters const& point, study::Team& team, Metrics& metrics);

}  // namespace thresher::entropy_coupling
