#pragma once

#include "experiments/hawkes_network/estimators/row_fit.hpp"
#include "experiments/hawkes_network/estimators/screening.hpp"

namespace thresher::hawkes_network {

RegressionUnits binned_units(Parameters const& point);

/// Regressions of clipped counts on the weighted counts of the bins before, with variances that allow for
/// unequal spread (White 1980). Throws study::Interrupted. Collective.
std::vector<RowRegression> binned_regressions(Observation const& observation, Screening const& screening,
                                              std::int64_t clip,
                                              std::vector<std::vector<std::int32_t>> features,
                                              study::Team& team);

}  // namespace thresher::hawkes_network
