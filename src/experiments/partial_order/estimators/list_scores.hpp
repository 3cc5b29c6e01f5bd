#pragma once

#include "experiments/partial_order/estimators/fit.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

inline constexpr std::int64_t kScoreColumns = 5;

/// What a fit says of lists, kScoreColumns numbers each: log of the predictive density; probability that the
/// list is a linear extension (part of the draws, or 0 or 1 by `order`); step of the first choice that
/// `order` forbids, the item that should have come before, and the item that was chosen (NaN where nothing is
/// forbidden). Collective; whole on all ranks.
std::vector<double> score_lists(Fit const& fit, Order const& order, Sequences const& lists,
                                Parameters const& point, study::Team& team);

}  // namespace thresher::partial_order
