#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/solvers/coupling.hpp"

#include <functional>
#include <span>

namespace thresher::entropy_coupling {

/// Receives one atom of a coupling: symbol, values of the observations, mass.
template <class Weight>
using AtomSink = std::function<void(Symbol, std::span<std::int32_t const>, Weight)>;

/// Greedy multi-marginal minimum-entropy coupling of (P, Q_1..Q_m) (Kocaoglu, Dimakis, Vishwanath and Hassibi
/// 2017): all largest masses meet, the smallest of them is assigned. It makes the *joint* entropy small,
/// which aligns the observations; this is what coupling software computes today.
void joint_greedy(Law const& law, std::span<Law const> observations, AtomSink<Mass> const& sink);

/// Largest against largest between the symbols and all cells of the product of the observations' laws
/// (independent observations). The cell's number has y_1 as its most significant digit. Allocates prod_i k_i
/// cells.
void independent_greedy(Law const& law, std::span<Law const> observations, AtomSink<double> const& sink);

/// Sorts atoms into cells by their code; keeps the impure ones, in the order of their first atoms.
template <class Weight>
class CellCollector {
 public:
  void add(Symbol symbol, std::span<std::int32_t const> code, Weight weight);
  CellList<Weight> impure_cells() const;

 private:
  std::uint32_t cell_of(std::span<std::int32_t const> code);

  std::size_t width_ = 0;
  std::vector<std::int32_t> codes_;   // one row per cell
  std::vector<std::uint32_t> table_;  // open addressing: cell + 1, or 0
  std::size_t cells_ = 0;
  std::vector<std::uint32_t> cell_of_atom_;
  std::vector<Symbol> symbols_;
  std::vector<Weight> weights_;
};

}  // namespace thresher::entropy_coupling
