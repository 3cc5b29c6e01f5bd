#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/solvers/water_filling.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// Whole atoms of cells on the two values of a binary observation, heaviest first, each to the value that
/// misses most of its target: what the rule `lpt` does there. All that must be known of a cell is which of
/// its atoms go to value 1, since sub-cells keep their parents' order; so cells may be placed in any order
/// and read in theirs.
///
/// Not every cell is taken: with shared or unused values an atom may still be moved later, and such cells
/// need more than a bit per atom.
class TwoValuePlacement {
 public:
  /// Begins a step on `cells`. Unless `capacity_is_left` beyond the mass of the cells, nothing will be moved
  /// later.
  void start(MassCells const& cells, bool capacity_is_left);

  /// Places a cell of mass `mass` and lowers the capacities, or returns false and changes nothing.
  bool place(MassCells const& cells, std::size_t cell, Mass mass, WaterFilling const& filling,
             std::span<Mass> capacities);

  bool holds(std::size_t cell) const { return second_count_[cell] != kNotHere; }
  /// Appends the sub-cells of a cell that is held, value 0 first, of which those with one symbol are left
  /// out: entropy of each into `bits`. `atoms` of `out` are in use; its arrays have room for two atoms more
  /// than the cell has.
  void append_sub_cells(MassCells const& cells, std::size_t cell, MassCells& out, std::size_t& atoms,
                        CompensatedSum& bits) const;

 private:
  /// The atom that a value had room for only in part; the rest went to the other one.
  struct SplitAtom {
    std::size_t cell = 0;
    std::size_t atom = 0;
    bool part_in_second = false;
    Mass part = 0;

    std::size_t part_in() const { return part_in_second ? 1 : 0; }
    std::size_t rest_in() const { return part_in_second ? 0 : 1; }
  };
  static constexpr std::uint32_t kNotHere = ~std::uint32_t{0};

  std::array<Mass, 2> place_freely(std::span<Mass const> weights, std::span<double const> targets,
                                   bool second_first, std::uint8_t* in_second) const;
  std::optional<SplitAtom> place_to_the_brim(std::span<Mass const> weights, std::span<double const> targets,
                                             bool second_first, std::uint8_t* in_second,
                                             std::span<Mass> capacities) const;

  static void put_split_atom(SplitAtom const& split, Symbol symbol, Mass whole,
                             std::array<std::size_t, 2> const& firsts, std::array<std::size_t, 2> const& ends,
                             std::array<std::size_t, 2> const& sizes, std::array<Mass, 2>& masses,
                             MassCells& out);

  bool capacity_is_left_ = false;
  std::vector<std::uint8_t> in_second_;      // of each atom, where the cell is held
  std::vector<std::uint32_t> second_count_;  // of the cell's atoms
  std::optional<SplitAtom> split_;
};

}  // namespace thresher::entropy_coupling
