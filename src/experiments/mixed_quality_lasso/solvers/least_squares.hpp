#pragma once

#include "prox/design.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Coefficients of the columns `which` that minimise ||b - A x||, of minimum norm where they are not
/// independent. Rank 0 solves; the same result on all ranks. Collective.
std::vector<double> least_squares(prox::Design const& design, std::span<double const> b,
                                  std::span<std::int64_t const> which);

}  // namespace thresher::mixed_quality_lasso
