#pragma once

#include "experiments/entropy_coupling/model/entropy.hpp"
#include "experiments/entropy_coupling/model/law.hpp"

#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// Index of a symbol of X.
using Symbol = std::int32_t;

/// The impure cells of a coupling, in order: cell c holds the atoms offsets[c] <= a < offsets[c + 1]. A
/// cell's place in the list is its *index*, which breaks ties.
template <class Weight>
struct CellList {
  std::vector<std::uint32_t> offsets{0};
  std::vector<Symbol> symbols;
  std::vector<Weight> weights;

  std::size_t size() const { return offsets.size() - 1; }
  bool empty() const { return size() == 0; }
  std::size_t atoms() const { return symbols.size(); }
  std::span<Symbol const> symbols_of(std::size_t cell) const {
    return std::span(symbols).subspan(offsets[cell], offsets[cell + 1] - offsets[cell]);
  }
  std::span<Weight const> weights_of(std::size_t cell) const {
    return std::span(weights).subspan(offsets[cell], offsets[cell + 1] - offsets[cell]);
  }
  Weight mass_of(std::size_t cell) const {
    auto const of_cell = weights_of(cell);
    return std::accumulate(of_cell.begin(), of_cell.end(), Weight{0});
  }
  Weight mass() const { return std::accumulate(weights.begin(), weights.end(), Weight{0}); }
  /// sum over cells of (number of symbols - 1).
  std::size_t boundaries() const { return atoms() - size(); }
  void add_atom(Symbol symbol, Weight weight) {
    symbols.push_back(symbol);
    weights.push_back(weight);
  }
  void close_cell() { offsets.push_back(static_cast<std::uint32_t>(symbols.size())); }
  void clear() {
    offsets.assign(1, 0);
    symbols.clear();
    weights.clear();
  }
};

using MassCells = CellList<Mass>;

/// H(X|Y) of the cells, in bits times mass.
template <class Weight>
double conditional_entropy(CellList<Weight> const& cells) {
  CompensatedSum bits;
  for (std::size_t c = 0; c < cells.size(); ++c)
    bits.add(cell_entropy(cells.weights_of(c), cells.mass_of(c)));
  return bits.value();
}

/// One cell that holds the whole law, atoms by decreasing mass (ties: lower symbol first); none for a single
/// symbol.
MassCells whole_law(Law const& law);

}  // namespace thresher::entropy_coupling
