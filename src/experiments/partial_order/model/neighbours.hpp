#pragma once

#include "experiments/partial_order/model/order.hpp"

#include <vector>

/// The orders at distance one from an order: one cover relation less, or one critical pair more.
namespace thresher::partial_order {

/// Ordered incomparable pairs (x, y) such that all that precedes x precedes y and all that follows y follows
/// x, by first, then second item: what can be added without a second pair.
std::vector<Relation> critical_pairs(PartialOrder const& order);

enum class Change { remove_cover, add_critical };

struct Neighbour {
  Relation pair;
  Change change = Change::remove_cover;
};

/// All of them: cover relations first, then critical pairs.
std::vector<Neighbour> neighbours(PartialOrder const& order);
/// Goes to a neighbour, or back from it.
void apply(Neighbour const& neighbour, PartialOrder& order);
void undo(Neighbour const& neighbour, PartialOrder& order);

}  // namespace thresher::partial_order
