#pragma once

#include "experiments/hierarchical_features/data/trial_data.hpp"
#include "linalg/tiling.hpp"

#include <cstdint>

namespace thresher::hierarchical_features {

/// Error of kernel ridge regression with k(x, x') = exp(<x, x'> / d), over the population variance of the
/// test labels: trained on the first samples of fold 1, the ridge chosen among eight on fold 3, measured on
/// fold 4. One rank factors the kernel matrix, a team spreads it (ScaLAPACK) where there are more samples
/// than `largest_local`. Collective.
double kernel_regression_error(Parameters const& point, TrialData const& data,
                               std::int64_t largest_local = linalg::kLargestLocalMatrix);

/// Bytes that it takes on the busiest rank. Not collective.
double kernel_regression_bytes(Parameters const& point, int ranks);

}  // namespace thresher::hierarchical_features
