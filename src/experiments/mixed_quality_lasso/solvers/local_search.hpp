#pragma once

#include "prox/design.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Best-swap local search for the least ||b - rho sum over T of A_j||^2 among subsets T of the size of
/// `start` (Gamarnik & Zadik 2017). All decisions rest on numbers whose bits do not depend on the number of
/// ranks.
struct SwapSearch {
  std::vector<std::int64_t> subset;  ///< ascending
  double loss = 0;
};

/// One pass over A per swap. `start` is ascending, the same on all ranks; so is the result. `after_swap` is
/// told the subset, from which a search goes on as this one would have; it may throw, on all ranks together.
/// Collective.
SwapSearch search_by_swaps(prox::Design const& design, std::span<double const> b, double rho,
                           std::vector<std::int64_t> start,
                           std::function<void(std::span<std::int64_t const> subset)> const& after_swap);

/// b - rho sum over `subset` of A_j, added in order. Collective.
std::vector<double> subset_residual(prox::Design const& design, std::span<double const> b, double rho,
                                    std::span<std::int64_t const> subset);

}  // namespace thresher::mixed_quality_lasso
