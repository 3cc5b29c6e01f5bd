#pragma once

#include "experiments/partial_order/model/sequences.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// c[i n + j] = weight of the lists that have i before j; a listed item comes before every unlisted one of
/// its choice set.
std::vector<double> precedence_counts(Sequences const& lists, std::int64_t items);

/// s_ij = c_ij / (c_ij + c_ji), 0 where the two are never together.
std::vector<double> precedence_shares(std::vector<double> counts, std::int64_t items);

}  // namespace thresher::partial_order
