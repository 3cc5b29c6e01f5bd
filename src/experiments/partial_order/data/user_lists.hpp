#pragma once

#include "experiments/partial_order/model/sequences.hpp"
#include "study/experiment.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace thresher::partial_order {

/// Numbers of a one-dimensional data set, all integers of [0, below).
std::vector<std::int64_t> read_indices(study::InputReader const& input, std::string const& name,
                                       std::int64_t below);

/// What is done with an item that comes again in a list.
enum class Repeats { refused, first_kept };

/// The lists of a group: `items` back to back and `offsets` (one more than lists); where there are choice
/// sets, `choice_items` and `choice_offsets` alike, and a list may stop before all are chosen; `weight`.
/// Throws study::UserError for the first defect.
Sequences read_lists(study::InputReader const& input, std::string const& group, std::int64_t items,
                     Repeats repeats);

}  // namespace thresher::partial_order
