#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

// How the atoms of a cell are placed on the values of the observation: whole atoms, or in proportion.

namespace thresher::entropy_coupling {

namespace {

// Up to this many values a scan over all of them beats a heap.
constexpr std::size_t kFewToScan = 8;

}  // namespace

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
  auto const order = filling_.now().order();
  auto const missing = [&](Bin const& bin) { return bin.target - static_cast<double>(bin.mass); };
  auto const less_needy = [&](std::uint32_t a, std::uint32_t b) {
    double const of_a = missing(bins_[a]);
    double const of_b = missing(bins_[b]);
    return of_a != of_b ? of_a < of_b : bins_[a].value > bins_[b].value;
  };
  std::uint32_t best = kNone;
  bool const heaped = order.size() > kFewToScan;
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
    double const target = static_cast<double>(mass) * filling_.now().fraction_at(next_unused_);
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
  auto const order = filling_.now().order();
  find_quotas(mass);
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

// What a cell gives the values, in the order of the filling: in proportion, within the capacities.
void GreedySplitter::find_quotas(Mass mass) {
  auto const& filling = filling_.now();
  auto const order = filling.order();
  auto const whole = static_cast<double>(mass);
  quotas_.resize(order.size());
  Mass before = 0;
  Mass missing = mass;
  for (std::size_t place = 0; place < order.size(); ++place) {
    Mass const upto = std::min(mass, static_cast<Mass>(std::nearbyint(whole * filling.cumulative_at(place))));
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
}

void GreedySplitter::put(std::uint32_t bin, Symbol symbol, Mass mass) {
  pieces_.push_back({.mass = mass, .symbol = symbol, .bin = bin});
  bins_[bin].mass += mass;
  ++bins_[bin].atoms;
}

}  // namespace thresher::entropy_coupling
