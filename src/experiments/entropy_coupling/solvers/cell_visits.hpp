#pragma once

#include "experiments/entropy_coupling/solvers/greedy_split.hpp"
#include "experiments/entropy_coupling/solvers/prefetch.hpp"

#include <cstddef>
#include <cstdint>

namespace thresher::entropy_coupling {

/// Calls `visit(cell, mass)` for the cells by decreasing mass, with the filling for it made from what
/// `visit` has left of the capacities.
template <class Visit>
void GreedySplitter::visit_in_order(MassCells const& cells, Visit const& visit) {
  for (std::size_t step = 0; step < cell_order_.size(); ++step) {
    if (step + kFarAhead < cell_order_.size()) prefetch(cells.offsets, cell_order_[step + kFarAhead].item);
    if (step + kNearAhead < cell_order_.size()) {
      std::uint32_t const begin = cells.offsets[cell_order_[step + kNearAhead].item];
      prefetch(cells.symbols, begin);
      prefetch(cells.weights, begin);
    }
    std::uint32_t const cell = cell_order_[step].item;
    Mass const mass = cell_masses_[cell];
    filling_.for_next(capacities_, mass);
    visit(cell, mass);
  }
}

}  // namespace thresher::entropy_coupling
