#pragma once

#include "experiments/implicit_regularization/model/metrics.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"

namespace thresher::implicit_regularization {

/// Metrics that apply at a point are 0, the others NaN.
Metrics applicable_metrics(Parameters const& point);

/// Which ratios of coefficients to their theory there are.
bool has_effective_ridge(Parameters const& point);
bool has_stationarity(Parameters const& point);
bool has_error_predicted(Parameters const& point);
bool has_selection(Parameters const& point);
bool has_coefficient_ratio(Parameters const& point);

}  // namespace thresher::implicit_regularization
