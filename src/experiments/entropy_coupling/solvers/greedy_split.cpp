#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include "experiments/entropy_coupling/solvers/cell_visits.hpp"
#include "experiments/entropy_coupling/solvers/prefetch.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

// Up to this many atoms insertion beats std::sort.
constexpr std::size_t kFewAtoms = 24;

}  // namespace

void Split::clear() {
  cells.clear();
  entropy = 0;
  parents.clear();
  values.clear();
  pure.clear();
  capacities.clear();
}

void Split::begin(std::size_t room) {
  auto atoms = std::exchange(cells, {});
  clear();
  // A step splits a few atoms: with their room at once, the next steps need not move everything.
  std::size_t const spare = room / 64;
  if (atoms.symbols.capacity() < room) {
    atoms.symbols = {};
    atoms.weights = {};
    atoms.symbols.reserve(room + spare);
    atoms.weights.reserve(room + spare);
  }
  atoms.symbols.resize(room);
  atoms.weights.resize(room);
  cells.symbols = std::move(atoms.symbols);
  cells.weights = std::move(atoms.weights);
}

void GreedySplitter::split(MassCells const& cells, double entropy, std::span<Mass const> capacities,
                           Split& result) {
  assert(!cells.empty());
  order_cells(cells);
  begin_step(capacities);
  distribute(cells, Rule::lpt);
  spend_left_over();
  collect(cells, result);
  if (result.entropy == 0) return;  // nothing beats zero, and a tie is lpt's
  if (cut_surely_loses(cells, entropy, capacities, result.entropy)) return;
  begin_step(capacities);
  distribute(cells, Rule::cut);
  spend_left_over();
  collect(cells, other_);
  if (other_.entropy < result.entropy) std::swap(result, other_);
}

void GreedySplitter::order_cells(MassCells const& cells) {
  cell_masses_.resize(cells.size());
  cell_order_.resize(cells.size());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    cell_masses_[c] = cells.mass_of(c);
    cell_order_[c] = {~static_cast<std::uint64_t>(cell_masses_[c]), static_cast<std::uint32_t>(c)};
  }
  stable_sort_by_key(cell_order_, sort_scratch_);
}

void GreedySplitter::begin_step(std::span<Mass const> capacities) {
  capacities_.assign(capacities.begin(), capacities.end());
  Mass const impure = std::accumulate(cell_masses_.begin(), cell_masses_.end(), Mass{0});
  // The sum of capacities is a law's whole mass at most.
  capacity_is_left_ = std::accumulate(capacities.begin(), capacities.end(), Mass{0}) > impure;
  filling_.start(capacities_, impure);
  on_two_values_ = false;
}

void GreedySplitter::distribute(MassCells const& cells, Rule rule) {
  sub_cells_.clear();
  first_sub_.assign(cells.size(), 0);
  sub_count_.assign(cells.size(), 0);
  pure_.clear();
  pure_masses_.clear();
  pure_head_.assign(cells.size(), kNone);
  symbols_.clear();
  weights_.clear();
  on_two_values_ = rule == Rule::lpt && capacities_.size() == 2 && detail_ == Detail::impure_cells;
  if (on_two_values_) two_values_.start(cells, capacity_is_left_);
  visit_in_order(cells, [&](std::uint32_t cell, Mass mass) {
    if (on_two_values_ && two_values_.place(cells, cell, mass, filling_.now(), capacities_)) return;
    bins_.clear();
    pieces_.clear();
    if (rule == Rule::lpt)
      place_whole_atoms(cells, cell, mass);
    else
      place_in_proportion(cells, cell, mass);
    file_pieces(cell);
  });
}

// Sorts the pieces of the cell at hand into sub-cells.
void GreedySplitter::file_pieces(std::uint32_t parent) {
  bin_order_.resize(bins_.size());
  std::iota(bin_order_.begin(), bin_order_.end(), 0U);
  if (bins_.size() > 1)
    std::sort(bin_order_.begin(), bin_order_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return bins_[a].value < bins_[b].value; });
  first_sub_[parent] = static_cast<std::uint32_t>(sub_cells_.size());
  auto write = static_cast<std::uint32_t>(symbols_.size());
  for (std::uint32_t const b : bin_order_) {
    auto& bin = bins_[b];
    if (bin.atoms < 2) continue;
    bin.write = write;
    sub_cells_.push_back(
        {.mass = bin.mass, .begin = write, .size = bin.atoms, .parent = parent, .value = bin.value});
    write += bin.atoms;
  }
  sub_count_[parent] = static_cast<std::uint32_t>(sub_cells_.size()) - first_sub_[parent];
  symbols_.resize(write);
  weights_.resize(write);
  for (auto const& piece : pieces_) {
    auto& bin = bins_[piece.bin];
    if (bin.atoms < 2) {
      add_pure(parent, bin.value, piece.symbol, piece.mass);
    } else {
      symbols_[bin.write] = piece.symbol;
      weights_[bin.write] = piece.mass;
      ++bin.write;
    }
  }
}

void GreedySplitter::add_pure(std::uint32_t parent, std::int32_t value, Symbol symbol, Mass mass) {
  pure_.push_back({.symbol = symbol, .value = value, .next = pure_head_[parent]});
  pure_head_[parent] = static_cast<std::uint32_t>(pure_.size() - 1);
  if (detail_ == Detail::coupling) pure_masses_.push_back(mass);
}

// Sub-cells stand in the order in which their parents were cut, not in that of their indices.
void GreedySplitter::fetch_sub_cells(std::size_t parent) const {
  if (parent + kFarAhead < first_sub_.size()) prefetch(sub_cells_, first_sub_[parent + kFarAhead]);
  if (parent + kNearAhead < first_sub_.size() && first_sub_[parent + kNearAhead] < sub_cells_.size()) {
    std::uint32_t const begin = sub_cells_[first_sub_[parent + kNearAhead]].begin;
    prefetch(symbols_, begin);
    prefetch(weights_, begin);
  }
}

void GreedySplitter::collect(MassCells const& cells, Split& result) {
  // Moves between values make no atoms. The places more are for a split atom's rest and for what
  // two_values_ leaves out.
  result.begin(symbols_.size() + (on_two_values_ ? cells.atoms() + 3 : 0));
  auto& out = result.cells;
  std::size_t atoms = 0;
  CompensatedSum bits;
  for (std::size_t parent = 0; parent < cells.size(); ++parent) {
    if (on_two_values_ && two_values_.holds(parent)) {
      two_values_.append_sub_cells(cells, parent, out, atoms, bits);
      continue;
    }
    fetch_sub_cells(parent);
    for (std::uint32_t s = first_sub_[parent]; s < first_sub_[parent] + sub_count_[parent]; ++s) {
      auto const& sub = sub_cells_[s];
      if (sub.size < 2) continue;
      append_sorted(sub, out, atoms);
      bits.add(cell_entropy(out.weights_of(out.size() - 1), sub.mass));
      if (detail_ == Detail::coupling) {
        result.parents.push_back(static_cast<std::uint32_t>(parent));
        result.values.push_back(sub.value);
      }
    }
  }
  out.symbols.resize(atoms);
  out.weights.resize(atoms);
  result.entropy = bits.value();
  if (detail_ == Detail::impure_cells) return;
  result.capacities = capacities_;
  for (std::uint32_t parent = 0; parent < cells.size(); ++parent) {
    for (std::uint32_t s = first_sub_[parent]; s < first_sub_[parent] + sub_count_[parent]; ++s)
      if (sub_cells_[s].size == 1)
        result.pure.push_back(
            {parent, sub_cells_[s].value, symbols_[sub_cells_[s].begin], sub_cells_[s].mass});
    for (std::uint32_t p = pure_head_[parent]; p != kNone; p = pure_[p].next)
      result.pure.push_back({parent, pure_[p].value, pure_[p].symbol, pure_masses_[p]});
  }
}

// Pieces of split atoms stand out of order: few, so that inserting them is cheap.
void GreedySplitter::append_sorted(SubCell const& sub, MassCells& out, std::size_t& atoms) {
  auto const heavier = [](Atom const& a, Atom const& b) {
    return a.mass != b.mass ? a.mass > b.mass : a.symbol < b.symbol;
  };
  sorting_.clear();
  for (std::uint32_t a = sub.begin; a < sub.begin + sub.size; ++a)
    sorting_.push_back({weights_[a], symbols_[a]});
  if (sub.size <= kFewAtoms) {
    for (std::size_t a = 1; a < sorting_.size(); ++a)
      for (std::size_t b = a; b > 0 && heavier(sorting_[b], sorting_[b - 1]); --b)
        std::swap(sorting_[b], sorting_[b - 1]);
  } else if (!std::is_sorted(sorting_.begin(), sorting_.end(), heavier)) {
    std::sort(sorting_.begin(), sorting_.end(), heavier);
  }
  for (auto const& atom : sorting_) {
    out.symbols[atoms] = atom.symbol;
    out.weights[atoms] = atom.mass;
    ++atoms;
  }
  out.offsets.push_back(static_cast<std::uint32_t>(atoms));
}

}  // namespace thresher::entropy_coupling
