#pragma once

#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// Mean place (t - 1/2) / m of every item over the lists by their weights; unlisted items share the mean of
/// the places that are left; 1/2 for an item in no list.
std::vector<double> mean_places(Sequences const& lists, std::int64_t items);

/// Where restart or chain `number` begins: whitened latents, and (0, 0, -3) behind them where
/// hyper-parameters are learnt. Even ones begin as `init` says, odd ones from the prior. borda: coordinates
/// fall with the rank by mean place, spread like the prior's, and noise of half its size tells dimensions
/// apart. Draws (number, item; dimension) of `stream`.
std::vector<double> start_position(Parameters const& point, Sequences const& training,
                                   random::Stream const& stream, std::int64_t number);

/// tau_start, ..., tau in equal ratios: `anneal_stages` temperatures; tau alone where there is one stage or
/// tau_start = tau.
std::vector<double> temperatures(Parameters const& point);

}  // namespace thresher::partial_order
