#include "experiments/entropy_coupling/model/cells.hpp"

#include "experiments/entropy_coupling/model/radix_sort.hpp"

namespace thresher::entropy_coupling {

MassCells whole_law(Law const& law) {
  MassCells cells;
  if (law.size() < 2) return cells;
  std::vector<Keyed> order;
  order.reserve(law.size());
  for (std::size_t j = 0; j < law.size(); ++j)
    order.push_back({~static_cast<std::uint64_t>(law.masses[j]), static_cast<std::uint32_t>(j)});
  std::vector<Keyed> scratch;
  stable_sort_by_key(order, scratch);
  cells.symbols.reserve(law.size());
  cells.weights.reserve(law.size());
  for (auto const& entry : order)
    cells.add_atom(static_cast<Symbol>(entry.item), static_cast<Mass>(~entry.key));
  cells.close_cell();
  return cells;
}

}  // namespace thresher::entropy_coupling
