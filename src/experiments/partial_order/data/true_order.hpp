#pragma once

#include "experiments/partial_order/model/latents.hpp"
#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "study/team.hpp"

#include <memory>
#include <optional>

namespace thresher::partial_order {

/// The order behind the lists: stored as bits up to kMostStoredItems items, beyond that made from coordinates
/// of which it is the product order.
struct TrueOrder {
  std::shared_ptr<Order const> order;
  std::optional<Latents> latents;  ///< U* of `random`
};

/// Draws or builds it; a `file`'s is read from the user's input by rank 0. Collective; whole and the same on
/// all ranks.
TrueOrder make_true_order(Parameters const& point, study::Team& team);

}  // namespace thresher::partial_order
