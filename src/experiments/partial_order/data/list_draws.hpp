#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "study/team.hpp"

#include <string>

namespace thresher::partial_order {

/// Which lists: each kind has streams of its own, whose names begin with it.
enum class ListKind { training, test, clean };

/// The first `count` lists of a kind, of list_items(point) items each: choice sets by Floyd's algorithm, then
/// items by the point's law with `epsilon`. A longer draw begins with the shorter one. Lists are drawn by the
/// ranks in shares and gathered: whole on all of them. Collective.
Sequences draw_lists(Order const& truth, Parameters const& point, ListKind kind, std::int64_t count,
                     double epsilon, study::Team& team);

}  // namespace thresher::partial_order
