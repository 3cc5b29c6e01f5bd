#include "experiments/entropy_coupling/solvers/greedy_split.hpp"
#include "experiments/entropy_coupling/solvers/prefetch.hpp"

#include <algorithm>
#include <bit>

// How the capacity that is left is spent on separating light atoms.

namespace thresher::entropy_coupling {

namespace {

// Up to this many values the blocked ones fit a machine word.
constexpr std::size_t kMaskValues = 64;

}  // namespace

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

}  // namespace thresher::entropy_coupling
