#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace thresher::entropy_coupling {

namespace {

// Up to this many values a scan over all of them beats a heap.
constexpr std::size_t kFewValues = 8;
// Up to this many values the blocked ones fit a machine word.
constexpr std::size_t kMaskValues = 64;
// Up to this many atoms insertion beats std::sort.
constexpr std::size_t kFewAtoms = 24;

// Cells are visited in the order of their masses, all over memory: how far ahead to ask for them. Far looks
// up where, near fetches what stands there.
constexpr std::size_t kFarAhead = 24;
constexpr std::size_t kNearAhead = 12;

std::size_t at(std::int32_t value) {
  return static_cast<std::size_t>(value);
}

template <class T>
void prefetch(std::vector<T> const& values, std::size_t place) {
  __builtin_prefetch(values.data() + place);
}

}  // namespace

void Split::clear() {
  cells.clear();
  entropy = 0;
  parents.clear();
  values.clear();
  pure.clear();
  capacities.clear();
}

void GreedySplitter::split(MassCells const& cells, std::span<Mass const> capacities, Split& result) {
  assert(!cells.empty());
  order_cells(cells);
  distribute(cells, capacities, Rule::lpt);
  spend_left_over();
  collect(cells.size(), result);
  if (result.entropy == 0) return;  // nothing beats zero, and a tie is lpt's
  distribute(cells, capacities, Rule::cut);
  spend_left_over();
  collect(cells.size(), other_);
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

void GreedySplitter::distribute(MassCells const& cells, std::span<Mass const> capacities, Rule rule) {
  capacities_.assign(capacities.begin(), capacities.end());
  sub_cells_.clear();
  first_sub_.resize(cells.size());
  sub_count_.resize(cells.size());
  pure_.clear();
  pure_masses_.clear();
  pure_head_.assign(cells.size(), kNone);
  symbols_.clear();
  weights_.clear();

  Mass const impure = std::accumulate(cell_masses_.begin(), cell_masses_.end(), Mass{0});
  Mass left = impure;
  Mass since_filled = 0;
  filling_.fill(capacities_, left);
  for (std::size_t step = 0; step < cell_order_.size(); ++step) {
    if (step + kFarAhead < cell_order_.size()) prefetch(cells.offsets, cell_order_[step + kFarAhead].item);
    if (step + kNearAhead < cell_order_.size()) {
      std::uint32_t const begin = cells.offsets[cell_order_[step + kNearAhead].item];
      prefetch(cells.symbols, begin);
      prefetch(cells.weights, begin);
    }
    auto const& entry = cell_order_[step];
    auto const cell = static_cast<std::size_t>(entry.item);
    if (static_cast<WideMass>(since_filled) * static_cast<WideMass>(refresh_) >=
        static_cast<WideMass>(impure)) {
      filling_.fill(capacities_, left);
      since_filled = 0;
    }
    Mass const mass = cell_masses_[cell];
    bins_.clear();
    pieces_.clear();
    if (rule == Rule::lpt)
      place_whole_atoms(cells, cell, mass);
    else
      place_in_proportion(cells, cell, mass);
    file_pieces(entry.item);
    left -= mass;
    since_filled += mass;
  }
}

// Atoms come heaviest first from the sorted cell; what a full value leaves of an atom waits in a heap.
void GreedySplitter::place_whole_atoms(MassCells const& cells, std::size_t cell, Mass mass) {
  auto const symbols = cells.symbols_of(cell);
  auto const weights = cells.weights_of(cell);
  auto const lighter = [](Atom const& a, Atom const& b) {
    return a.mass != b.mass ? a.mass < b.mass : a.symbol > b.symbol;
  };
  remainders_.clear();
  neediest_heap_.clear();
  next_unused_ = 0;
  std::size_t next = 0;
  while (next < weights.size() || !remainders_.empty()) {
    Atom atom;
    if (next < weights.size()) atom = {weights[next], symbols[next]};
    if (!remainders_.empty() && (next == weights.size() || lighter(atom, remainders_.front()))) {
      std::pop_heap(remainders_.begin(), remainders_.end(), lighter);
      atom = remainders_.back();
      remainders_.pop_back();
    } else {
      ++next;
    }
    std::uint32_t const bin = neediest_bin(mass);
    Mass& capacity = capacities_[at(bins_[bin].value)];
    Mass const given = std::min(atom.mass, capacity);
    put(bin, atom.symbol, given);
    capacity -= given;
    if (given < atom.mass) {
      remainders_.push_back({atom.mass - given, atom.symbol});
      std::push_heap(remainders_.begin(), remainders_.end(), lighter);
    }
  }
}

// The value with capacity that misses most of its target. Values that the cell does not use yet rank by their
// fraction, so that only the first of them needs a look.
std::uint32_t GreedySplitter::neediest_bin(Mass mass) {
  auto const order = filling_.order();
  auto const missing = [&](Bin const& bin) { return bin.target - static_cast<double>(bin.mass); };
  auto const less_needy = [&](std::uint32_t a, std::uint32_t b) {
    double const of_a = missing(bins_[a]);
    double const of_b = missing(bins_[b]);
    return of_a != of_b ? of_a < of_b : bins_[a].value > bins_[b].value;
  };
  std::uint32_t best = kNone;
  bool const heaped = order.size() > kFewValues;
  if (heaped) {
    // The bin chosen last is at the back: it goes into the heap again, with its new need, if it has capacity.
    if (!bins_.empty() && !neediest_heap_.empty()) {
      if (capacities_[at(bins_[neediest_heap_.back()].value)] > 0)
        std::push_heap(neediest_heap_.begin(), neediest_heap_.end(), less_needy);
      else
        neediest_heap_.pop_back();
    }
    if (!neediest_heap_.empty()) best = neediest_heap_.front();
  } else {
    for (std::uint32_t b = 0; b < bins_.size(); ++b)
      if (capacities_[at(bins_[b].value)] > 0 && (best == kNone || less_needy(best, b))) best = b;
  }
  while (next_unused_ < order.size() && capacities_[at(order[next_unused_])] == 0) ++next_unused_;
  bool opened = false;
  if (next_unused_ < order.size()) {
    double const target = static_cast<double>(mass) * filling_.fraction_at(next_unused_);
    std::int32_t const value = order[next_unused_];
    if (best == kNone || target > missing(bins_[best]) ||
        (target == missing(bins_[best]) && value < bins_[best].value)) {
      bins_.push_back({.target = target, .mass = 0, .value = value, .atoms = 0, .write = 0});
      best = static_cast<std::uint32_t>(bins_.size() - 1);
      ++next_unused_;
      opened = true;
    }
  }
  assert(best != kNone);
  if (heaped) {
    if (opened)
      neediest_heap_.push_back(best);
    else
      std::pop_heap(neediest_heap_.begin(), neediest_heap_.end(), less_needy);
  }
  return best;
}

// North-west corner rule: quotas in the order of the filling, atoms heaviest first.
void GreedySplitter::place_in_proportion(MassCells const& cells, std::size_t cell, Mass mass) {
  auto const symbols = cells.symbols_of(cell);
  auto const weights = cells.weights_of(cell);
  auto const order = filling_.order();
  auto const whole = static_cast<double>(mass);
  quotas_.resize(order.size());
  Mass before = 0;
  Mass missing = mass;
  for (std::size_t place = 0; place < order.size(); ++place) {
    Mass const upto =
        std::min(mass, static_cast<Mass>(std::nearbyint(whole * filling_.cumulative_at(place))));
    quotas_[place] = std::min(upto - before, capacities_[at(order[place])]);
    missing -= quotas_[place];
    before = upto;
  }
  for (std::size_t place = 0; missing > 0 && place < order.size(); ++place) {
    Mass const more = std::min(missing, capacities_[at(order[place])] - quotas_[place]);
    quotas_[place] += more;
    missing -= more;
  }
  assert(missing == 0);
  std::size_t atom = 0;
  Mass rest = weights[0];
  for (std::size_t place = 0; place < order.size() && atom < weights.size(); ++place) {
    Mass quota = quotas_[place];
    if (quota == 0) continue;
    capacities_[at(order[place])] -= quota;
    bins_.push_back({.target = 0, .mass = 0, .value = order[place], .atoms = 0, .write = 0});
    auto const bin = static_cast<std::uint32_t>(bins_.size() - 1);
    while (quota > 0) {
      Mass const given = std::min(rest, quota);
      put(bin, symbols[atom], given);
      quota -= given;
      rest -= given;
      if (rest == 0 && ++atom < weights.size()) rest = weights[atom];
    }
  }
}

void GreedySplitter::put(std::uint32_t bin, Symbol symbol, Mass mass) {
  pieces_.push_back({.mass = mass, .symbol = symbol, .bin = bin});
  bins_[bin].mass += mass;
  ++bins_[bin].atoms;
}

void GreedySplitter::add_pure(std::uint32_t parent, std::int32_t value, Symbol symbol, Mass mass) {
  pure_.push_back({.symbol = symbol, .value = value, .next = pure_head_[parent]});
  pure_head_[parent] = static_cast<std::uint32_t>(pure_.size() - 1);
  if (detail_ == Detail::coupling) pure_masses_.push_back(mass);
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

// Capacity that is left will be filled by pure mass, so any part of it that separates symbols is free gain:
// the lightest atoms go first, by log2(s / w) downwards, which s / w orders alike and with exact rounding.
void GreedySplitter::spend_left_over() {
  if (std::all_of(capacities_.begin(), capacities_.end(), [](Mass capacity) { return capacity == 0; }))
    return;
  bool const masked = capacities_.size() <= kMaskValues;
  if (!masked) {
    tournament_.build(capacities_);
    blocked_at_.assign(capacities_.size(), 0);
    query_ = 0;
  }
  by_rank_.clear();
  separations_.clear();
  for (std::size_t parent = 0; parent < first_sub_.size(); ++parent) {
    fetch_sub_cells(parent);
    for (std::uint32_t s = first_sub_[parent]; s < first_sub_[parent] + sub_count_[parent]; ++s) {
      lightest_to_end(sub_cells_[s]);
      separations_.push_back({separation_key(sub_cells_[s]), static_cast<std::uint32_t>(by_rank_.size())});
      by_rank_.push_back(s);
    }
  }
  stable_sort_by_key(separations_, sort_scratch_);
  auto const later = [](Keyed const& a, Keyed const& b) {
    return a.key != b.key ? a.key > b.key : a.item > b.item;
  };
  renewed_.clear();
  std::size_t next = 0;
  while (next < separations_.size() || !renewed_.empty()) {
    Keyed entry;
    if (next < separations_.size()) entry = separations_[next];
    if (!renewed_.empty() && (next == separations_.size() || later(entry, renewed_.front()))) {
      std::pop_heap(renewed_.begin(), renewed_.end(), later);
      entry = renewed_.back();
      renewed_.pop_back();
    } else {
      ++next;
      if (next + kFarAhead < separations_.size()) prefetch(by_rank_, separations_[next + kFarAhead].item);
      if (next + kNearAhead < separations_.size())
        prefetch(sub_cells_, by_rank_[separations_[next + kNearAhead].item]);
    }
    auto& sub = sub_cells_[by_rank_[entry.item]];
    std::uint32_t const atom = sub.begin + sub.size - 1;
    std::int32_t const value = destination(sub, symbols_[atom]);
    if (value < 0) continue;
    move_atom(sub, value, atom);
    if (sub.size < 2) continue;
    renewed_.push_back({separation_key(sub), entry.item});
    std::push_heap(renewed_.begin(), renewed_.end(), later);
  }
}

// Upwards in this key is downwards in s / w (positive doubles order as their bits do).
std::uint64_t GreedySplitter::separation_key(SubCell const& sub) const {
  Mass const lightest = weights_[sub.begin + sub.size - 1];
  return ~std::bit_cast<std::uint64_t>(static_cast<double>(sub.mass) / static_cast<double>(lightest));
}

// Brings the lightest atom (ties: the lowest symbol) to the end, the next one before it, and so on; moving
// atoms away keeps it so.
void GreedySplitter::lightest_to_end(SubCell const& sub) {
  auto const heavier = [](Atom const& a, Atom const& b) {
    return a.mass != b.mass ? a.mass > b.mass : a.symbol > b.symbol;
  };
  auto const atom = [&](std::uint32_t a) { return Atom{weights_[a], symbols_[a]}; };
  bool sorted = true;
  for (std::uint32_t a = sub.begin + 1; sorted && a < sub.begin + sub.size; ++a)
    sorted = !heavier(atom(a), atom(a - 1));
  if (sorted) return;
  sorting_.clear();
  for (std::uint32_t a = sub.begin; a < sub.begin + sub.size; ++a) sorting_.push_back(atom(a));
  std::sort(sorting_.begin(), sorting_.end(), heavier);
  for (std::uint32_t a = 0; a < sub.size; ++a) {
    weights_[sub.begin + a] = sorting_[a].mass;
    symbols_[sub.begin + a] = sorting_[a].symbol;
  }
}

// The value with the largest capacity at which `symbol` is alone or nothing is yet; -1 if there is none.
std::int32_t GreedySplitter::destination(SubCell const& sub, Symbol symbol) {
  auto const for_each_blocked = [&](auto const& block) {
    std::uint32_t const first = first_sub_[sub.parent];
    for (std::uint32_t s = first; s < first + sub_count_[sub.parent]; ++s) {
      auto const& other = sub_cells_[s];
      if (other.size > 1 || symbols_[other.begin] != symbol) block(other.value);
    }
    for (std::uint32_t p = pure_head_[sub.parent]; p != kNone; p = pure_[p].next)
      if (pure_[p].symbol != symbol) block(pure_[p].value);
  };
  if (capacities_.size() <= kMaskValues) {
    std::uint64_t blocked = 0;
    for_each_blocked([&](std::int32_t value) { blocked |= std::uint64_t{1} << value; });
    std::int32_t best = -1;
    Mass most = 0;
    for (std::size_t y = 0; y < capacities_.size(); ++y)
      if (capacities_[y] > most && ((blocked >> y) & 1) == 0) {
        most = capacities_[y];
        best = static_cast<std::int32_t>(y);
      }
    return best;
  }
  ++query_;
  for_each_blocked([&](std::int32_t value) { blocked_at_[at(value)] = query_; });
  return tournament_.best([&](std::int32_t value) { return blocked_at_[at(value)] != query_; });
}

void GreedySplitter::move_atom(SubCell& sub, std::int32_t value, std::uint32_t atom) {
  Symbol const symbol = symbols_[atom];
  Mass const moved = std::min(weights_[atom], capacities_[at(value)]);
  capacities_[at(value)] -= moved;
  capacities_[at(sub.value)] += moved;
  if (capacities_.size() > kMaskValues) {
    tournament_.update(value);
    tournament_.update(sub.value);
  }
  weights_[atom] -= moved;
  sub.mass -= moved;
  if (weights_[atom] == 0) --sub.size;

  std::uint32_t const first = first_sub_[sub.parent];
  for (std::uint32_t s = first; s < first + sub_count_[sub.parent]; ++s)
    if (sub_cells_[s].value == value) {
      sub_cells_[s].mass += moved;
      weights_[sub_cells_[s].begin] += moved;
      return;
    }
  for (std::uint32_t p = pure_head_[sub.parent]; p != kNone; p = pure_[p].next)
    if (pure_[p].value == value) {
      if (detail_ == Detail::coupling) pure_masses_[p] += moved;
      return;
    }
  add_pure(sub.parent, value, symbol, moved);
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

void GreedySplitter::collect(std::size_t parents, Split& result) {
  result.clear();
  CompensatedSum bits;
  for (std::size_t parent = 0; parent < parents; ++parent) {
    fetch_sub_cells(parent);
    for (std::uint32_t s = first_sub_[parent]; s < first_sub_[parent] + sub_count_[parent]; ++s) {
      auto const& sub = sub_cells_[s];
      if (sub.size < 2) continue;
      append_sorted(sub, result.cells);
      bits.add(cell_entropy(result.cells.weights_of(result.cells.size() - 1), sub.mass));
      if (detail_ == Detail::coupling) {
        result.parents.push_back(static_cast<std::uint32_t>(parent));
        result.values.push_back(sub.value);
      }
    }
  }
  result.entropy = bits.value();
  if (detail_ == Detail::impure_cells) return;
  result.capacities = capacities_;
  for (std::uint32_t parent = 0; parent < parents; ++parent) {
    for (std::uint32_t s = first_sub_[parent]; s < first_sub_[parent] + sub_count_[parent]; ++s)
      if (sub_cells_[s].size == 1)
        result.pure.push_back(
            {parent, sub_cells_[s].value, symbols_[sub_cells_[s].begin], sub_cells_[s].mass});
    for (std::uint32_t p = pure_head_[parent]; p != kNone; p = pure_[p].next)
      result.pure.push_back({parent, pure_[p].value, pure_[p].symbol, pure_masses_[p]});
  }
}

// Pieces of split atoms stand out of order: few, so that inserting them is cheap.
void GreedySplitter::append_sorted(SubCell const& sub, MassCells& cells) {
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
  for (auto const& atom : sorting_) cells.add_atom(atom.symbol, atom.mass);
  cells.close_cell();
}

}  // namespace thresher::entropy_coupling
