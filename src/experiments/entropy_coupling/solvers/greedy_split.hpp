#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/model/radix_sort.hpp"
#include "experiments/entropy_coupling/solvers/capacity_tournament.hpp"
#include "experiments/entropy_coupling/solvers/refreshed_filling.hpp"
#include "experiments/entropy_coupling/solvers/two_value_placement.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::entropy_coupling {

/// What a split must tell: its impure cells, or everything that a written coupling needs.
enum class Detail { impure_cells, coupling };

/// Mass of one symbol alone in the sub-cell (parent, value).
struct PurePiece {
  std::uint32_t parent = 0;
  std::int32_t value = 0;
  Symbol symbol = 0;
  Mass mass = 0;
};

/// Impure cells cut by one more observation. The new list runs by parent, then by value.
struct Split {
  MassCells cells;
  /// sum over the new cells of `cell_entropy`, in bits times mass.
  double entropy = 0;
  /// Detail::coupling only: parent and value of each new cell, the pure pieces, and the capacities left to
  /// pure mass.
  std::vector<std::uint32_t> parents;
  std::vector<std::int32_t> values;
  std::vector<PurePiece> pure;
  std::vector<Mass> capacities;

  void clear();
  /// Clears all but the arrays of the cells' atoms, which get `room` places for whoever writes them.
  void begin(std::size_t room);
};

/// Cuts the impure cells by the values of one more observation so that little uncertainty is left: the better
/// of `lpt` (whole atoms first, heaviest first, to the value that misses most; the longest-processing-time
/// rule of scheduling) and `cut` (in proportion, splitting atoms at quota ends), both within the same
/// capacities and with the capacity that the pure mass does not need spent on separating light atoms. `lpt`
/// alone can stall for ever; `cut` always lowers the entropy.
///
/// Holds its working memory, so one object should serve all steps.
class GreedySplitter {
 public:
  /// `refresh` = how many times the water-filling is renewed within a step.
  GreedySplitter(std::int64_t refresh, Detail detail) : detail_(detail), filling_(refresh) {}

  /// `cells` is not empty, every cell sorted by mass downwards, then symbol upwards (as every split leaves
  /// it); the sum of capacities is at least the mass of the cells. `entropy` is that of the cells, in bits
  /// times mass, to rounding: it often shows that `cut` need not be tried.
  void split(MassCells const& cells, double entropy, std::span<Mass const> capacities, Split& result);

 private:
  enum class Rule { lpt, cut };
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // Atoms of a sub-cell with several symbols, contiguous in symbols_ and weights_.
  struct SubCell {
    Mass mass = 0;
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    std::uint32_t parent = 0;
    std::int32_t value = 0;
  };
  // A sub-cell with one symbol only; those of a parent form a chain.
  struct PureCell {
    Symbol symbol = 0;
    std::int32_t value = 0;
    std::uint32_t next = kNone;
  };
  // Value used by the cell at hand.
  struct Bin {
    double target = 0;
    Mass mass = 0;
    std::int32_t value = 0;
    std::uint32_t atoms = 0;
    std::uint32_t write = 0;
  };
  struct Piece {
    Mass mass = 0;
    Symbol symbol = 0;
    std::uint32_t bin = 0;
  };
  struct Atom {
    Mass mass = 0;
    Symbol symbol = 0;
  };

  static std::size_t at(std::int32_t value) { return static_cast<std::size_t>(value); }
  // greedy_split.cpp
  void order_cells(MassCells const& cells);
  void begin_step(std::span<Mass const> capacities);
  template <class Visit>
  void visit_in_order(MassCells const& cells, Visit const& visit);
  void distribute(MassCells const& cells, Rule rule);
  void file_pieces(std::uint32_t parent);
  void add_pure(std::uint32_t parent, std::int32_t value, Symbol symbol, Mass mass);
  void fetch_sub_cells(std::size_t parent) const;
  void collect(MassCells const& cells, Split& result);
  void append_sorted(SubCell const& sub, MassCells& out, std::size_t& atoms);

  // greedy_placement.cpp
  void place_whole_atoms(MassCells const& cells, std::size_t cell, Mass mass);
  void place_in_proportion(MassCells const& cells, std::size_t cell, Mass mass);
  std::uint32_t neediest_bin(Mass mass);
  void find_quotas(Mass mass);
  void put(std::uint32_t bin, Symbol symbol, Mass mass);

  // greedy_cut_bound.cpp
  bool cut_surely_loses(MassCells const& cells, double entropy, std::span<Mass const> capacities,
                        double to_beat);
  double most_gained_by_cut(MassCells const& cells, std::size_t cell, Mass mass);

  // greedy_separation.cpp
  void spend_left_over();
  std::uint64_t separation_key(SubCell const& sub) const;
  void lightest_to_end(SubCell const& sub);
  std::int32_t destination(SubCell const& sub, Symbol symbol);
  void move_atom(SubCell& sub, std::int32_t value, std::uint32_t atom);

  Detail detail_;
  RefreshedFilling filling_;
  CapacityTournament tournament_;
  std::vector<Mass> capacities_;
  bool capacity_is_left_ = false;  // beyond the mass of the cells
  TwoValuePlacement two_values_;
  bool on_two_values_ = false;  // whether two_values_ may hold cells
  std::vector<Mass> cell_masses_;
  std::vector<Keyed> cell_order_;
  std::vector<Keyed> sort_scratch_;

  std::vector<SubCell> sub_cells_;  // grouped by parent, values upwards
  std::vector<std::uint32_t> first_sub_;
  std::vector<std::uint32_t> sub_count_;
  std::vector<PureCell> pure_;
  std::vector<Mass> pure_masses_;  // Detail::coupling
  std::vector<std::uint32_t> pure_head_;
  std::vector<Symbol> symbols_;
  std::vector<Mass> weights_;

  std::vector<Bin> bins_;
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> bin_order_;
  std::vector<Mass> quotas_;
  std::vector<Atom> remainders_;              // heap of what is left of atoms that a full value has split
  std::vector<std::uint32_t> neediest_heap_;  // heap of used bins with capacity
  std::size_t next_unused_ = 0;               // place in the filling's order of the first value not used yet

  std::vector<std::uint32_t> by_rank_;  // sub-cells by parent, then value
  std::vector<Keyed> separations_;
  std::vector<Keyed> renewed_;
  std::vector<std::uint32_t> blocked_at_;  // stamp of the last query that found the value blocked
  std::uint32_t query_ = 0;
  std::vector<Atom> sorting_;
  Split other_;
};

}  // namespace thresher::entropy_coupling
