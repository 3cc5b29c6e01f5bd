#pragma once

#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include <span>

namespace thresher::entropy_coupling {

/// One cell that holds the whole law in natural order; none for a single symbol.
MassCells whole_law_in_natural_order(Law const& law);

/// Cuts every impure cell into sub-intervals in proportion to an observation's law, in natural order of
/// values and atoms: an independent observation up to the rounding of masses. Cells by index; each value
/// gives at most its capacity, what it cannot give is handed to the other values in natural order. O(k) per
/// cell.
void cut_by_intervals(MassCells const& cells, Law const& observation, Detail detail, Split& result);

/// The same cells, each sorted by mass downwards, then symbol upwards, as `GreedySplitter` needs them.
MassCells sorted_cells(MassCells const& cells);

}  // namespace thresher::entropy_coupling
