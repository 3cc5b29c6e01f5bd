#include "experiments/entropy_coupling/solvers/two_value_placement.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace thresher::entropy_coupling {

namespace {

/// Masses of cells below this are exact in doubles.
constexpr Mass kExact = Mass{1} << 53;

/// A product that no compiler fuses with the subtraction that follows: placements of a cell must not depend
/// on where they are compiled.
double rounded_product(double a, double b) {
  double const volatile product = a * b;
  return product;
}

/// Whether a value that has `held` of its target misses more than the other; ties go to value 0.
bool second_is_needier(std::array<double, 2> const& held, std::span<double const> targets) {
  return targets[1] - held[1] > targets[0] - held[0];
}

}  // namespace

void TwoValuePlacement::start(MassCells const& cells, bool capacity_is_left) {
  capacity_is_left_ = capacity_is_left;
  in_second_.resize(cells.atoms());
  second_count_.assign(cells.size(), kNotHere);
  split_.reset();
}

bool TwoValuePlacement::place(MassCells const& cells, std::size_t cell, Mass mass,
                              WaterFilling const& filling, std::span<Mass> capacities) {
  assert(capacities.size() == 2);
  if (mass >= kExact || filling.order().size() != 2 || capacities[0] == 0 || capacities[1] == 0) return false;
  bool const second_first = filling.order()[0] == 1;
  std::array<double, 2> targets{};
  for (std::size_t place = 0; place < 2; ++place)
    targets[static_cast<std::size_t>(filling.order()[place])] =
        rounded_product(static_cast<double>(mass), filling.fraction_at(place));
  auto const weights = cells.weights_of(cell);
  std::uint8_t* const in_second = in_second_.data() + cells.offsets[cell];

  auto const given = place_freely(weights, targets, second_first, in_second);
  // A value that is just full takes nothing more: with less than its capacity nobody has looked at it.
  if (given[0] < capacities[0] && given[1] < capacities[1]) {
    // What lies in one value alone could be moved to the other.
    if (capacity_is_left_ && (given[0] == 0 || given[1] == 0)) return false;
    capacities[0] -= given[0];
    capacities[1] -= given[1];
  } else {
    if (capacity_is_left_ || split_) return false;
    split_ = place_to_the_brim(weights, targets, second_first, in_second, capacities);
    if (split_) split_->cell = cell;
  }
  second_count_[cell] = std::accumulate(in_second, in_second + weights.size(), std::uint32_t{0});
  return true;
}

/// Without a look at capacities.
std::array<Mass, 2> TwoValuePlacement::place_freely(std::span<Mass const> weights,
                                                    std::span<double const> targets, bool second_first,
                                                    std::uint8_t* in_second) const {
  // The value that is first in the filling's order opens the cell; after it an unused value misses its whole
  // target, like one that holds nothing.
  std::array<double, 2> held{};
  held[second_first ? 1 : 0] = static_cast<double>(weights[0]);
  in_second[0] = second_first ? 1 : 0;
  for (std::size_t a = 1; a < weights.size(); ++a) {
    auto const weight = static_cast<double>(weights[a]);
    bool const second = second_is_needier(held, targets);
    in_second[a] = second ? 1 : 0;
    double const to_second = second ? weight : 0.0;
    held[1] += to_second;
    held[0] += weight - to_second;
  }
  return {static_cast<Mass>(held[0]), static_cast<Mass>(held[1])};
}

/// The same until one value is full; what is left goes to the other.
std::optional<TwoValuePlacement::SplitAtom> TwoValuePlacement::place_to_the_brim(
    std::span<Mass const> weights, std::span<double const> targets, bool second_first,
    std::uint8_t* in_second, std::span<Mass> capacities) const {
  std::optional<SplitAtom> split;
  std::array<double, 2> held{};
  for (std::size_t a = 0; a < weights.size(); ++a) {
    bool second = a == 0 ? second_first : second_is_needier(held, targets);
    if (capacities[second ? 1 : 0] == 0) second = !second;
    std::size_t const value = second ? 1 : 0;
    Mass const given = std::min(weights[a], capacities[value]);
    in_second[a] = static_cast<std::uint8_t>(value);
    capacities[value] -= given;
    held[value] += static_cast<double>(given);
    if (given == weights[a]) continue;
    split = SplitAtom{.cell = 0, .atom = a, .part_in_second = second, .part = given};
    std::size_t const other = 1 - value;
    capacities[other] -= weights[a] - given;
    held[other] += static_cast<double>(weights[a] - given);
  }
  return split;
}

void TwoValuePlacement::append_sub_cells(MassCells const& cells, std::size_t cell, MassCells& out,
                                         std::size_t& atoms, CompensatedSum& bits) const {
  auto const symbols = cells.symbols_of(cell);
  auto const weights = cells.weights_of(cell);
  std::uint8_t const* const in_second = in_second_.data() + cells.offsets[cell];
  SplitAtom const* const split = split_ && split_->cell == cell ? &*split_ : nullptr;
  std::array<std::size_t, 2> sizes{weights.size() - second_count_[cell], second_count_[cell]};
  if (split != nullptr) ++sizes[split->rest_in()];

  // A symbol alone goes to a place behind the sub-cells, where the next cell overwrites it.
  std::array<std::size_t, 2> firsts{};
  std::size_t end = atoms;
  for (std::size_t value = 0; value < 2; ++value) {
    firsts[value] = end;
    if (sizes[value] > 1) end += sizes[value];
  }
  std::array<std::size_t, 2> next = firsts;
  for (std::size_t value = 0; value < 2; ++value)
    if (sizes[value] < 2) next[value] = end;
  std::size_t to_first = next[0];
  std::size_t to_second = next[1];
  Mass whole = 0;
  Mass of_second = 0;
  for (std::size_t a = 0; a < weights.size(); ++a) {
    bool const second = in_second[a] != 0;
    std::size_t const to = second ? to_second : to_first;
    out.symbols[to] = symbols[a];
    out.weights[to] = weights[a];
    to_second += second ? 1 : 0;
    to_first += second ? 0 : 1;
    whole += weights[a];
    of_second += second ? weights[a] : 0;
  }
  std::array<Mass, 2> masses{whole - of_second, of_second};
  if (split != nullptr) {
    next = {to_first, to_second};
    put_split_atom(*split, symbols[split->atom], weights[split->atom], firsts, next, sizes, masses, out);
  }
  for (std::size_t value = 0; value < 2; ++value) {
    if (sizes[value] < 2) continue;
    atoms += sizes[value];
    out.offsets.push_back(static_cast<std::uint32_t>(atoms));
    bits.add(cell_entropy<Mass>(std::span(out.weights).subspan(firsts[value], sizes[value]), masses[value]));
  }
}

/// Corrects the sub-cells for an atom that was written as if it were whole: its part is the lightest of its
/// sub-cell, for the value was full then; the rest is put where its mass belongs.
void TwoValuePlacement::put_split_atom(SplitAtom const& split, Symbol symbol, Mass whole,
                                       std::array<std::size_t, 2> const& firsts,
                                       std::array<std::size_t, 2> const& ends,
                                       std::array<std::size_t, 2> const& sizes, std::array<Mass, 2>& masses,
                                       MassCells& out) {
  Mass const rest = whole - split.part;
  masses[split.part_in()] -= rest;
  masses[split.rest_in()] += rest;
  if (sizes[split.part_in()] > 1) out.weights[ends[split.part_in()] - 1] = split.part;
  if (sizes[split.rest_in()] < 2) return;
  std::size_t place = ends[split.rest_in()];
  for (; place > firsts[split.rest_in()]; --place) {
    Mass const before = out.weights[place - 1];
    if (before > rest || (before == rest && out.symbols[place - 1] < symbol)) break;
    out.weights[place] = before;
    out.symbols[place] = out.symbols[place - 1];
  }
  out.weights[place] = rest;
  out.symbols[place] = symbol;
}

}  // namespace thresher::entropy_coupling
