#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// A coupling written out: atom a is (x = symbols[a], y_i = codes[a * observations + i]) with its mass.
/// `Weight` is Mass where the coupling is exact, else double.
template <class Weight>
struct Coupling {
  std::size_t observations = 0;
  std::vector<Symbol> symbols;
  std::vector<Weight> weights;
  std::vector<std::int32_t> codes;

  std::size_t size() const { return symbols.size(); }
  std::span<std::int32_t const> code_of(std::size_t atom) const {
    return std::span(codes).subspan(atom * observations, observations);
  }
};

/// Follows the splits of a sequential coupling and writes out all of its atoms, about n + sum_i k_i of them.
///
/// Pure atoms of earlier steps take the capacities that a split leaves: heaviest first (ties: older atom),
/// largest capacity first (ties: lower value), by the north-west corner rule. That changes no cell's content,
/// so H stays.
class CouplingRecorder {
 public:
  /// For couplings with `observations` observations that start from all of `law`.
  CouplingRecorder(Law const& law, std::size_t observations);

  /// After a split (Detail::coupling) of the cells that were impure before. Call once per observation.
  void observe(Split const& split);
  /// After an observation that found no impure cell.
  void observe_pure(std::span<Mass const> capacities);
  /// The coupling; `cells` are the impure cells that are left. Every observation must have been told.
  Coupling<Mass> finish(MassCells const& cells) const;

 private:
  void spend(std::span<Mass const> capacities, std::size_t older);
  std::int32_t* row(std::vector<std::int32_t>& codes, std::size_t at) const {
    return codes.data() + at * observations_;
  }

  std::size_t observations_;
  std::size_t seen_ = 0;
  std::vector<Symbol> symbols_;  // pure atoms by age
  std::vector<Mass> masses_;
  std::vector<std::int32_t> codes_;
  std::vector<std::int32_t> cell_codes_;  // of the impure cells
};

}  // namespace thresher::entropy_coupling
