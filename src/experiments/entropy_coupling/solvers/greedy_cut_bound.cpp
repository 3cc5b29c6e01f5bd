#include "experiments/entropy_coupling/solvers/cell_visits.hpp"
#include "experiments/entropy_coupling/solvers/greedy_split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

// Whether the rule `cut` is worth its work. What it gains on a cell follows from the quotas and the few atoms
// that they split, which is far less to look at than every atom.

namespace thresher::entropy_coupling {

namespace {

/// w log2(s / w).
double surprise(Mass part, Mass whole) {
  auto const w = static_cast<double>(part);
  return part == 0 || part == whole ? 0 : w * std::log2(static_cast<double>(whole) / w);
}

/// What a cell of mass `whole` loses in entropy when an atom leaves it.
double gain_of_removal(Mass atom, Mass whole) {
  return surprise(atom, whole) + surprise(whole - atom, whole);
}

}  // namespace

/// True if `cut` would leave more than `to_beat` bits times mass, whatever it rounds to; false if that cannot
/// be told. Leaves capacities and filling spoilt.
bool GreedySplitter::cut_surely_loses(MassCells const& cells, double entropy,
                                      std::span<Mass const> capacities, double to_beat) {
  // With more values an atom may go through several places, of which nothing simple is known.
  if (capacity_is_left_ && capacities.size() != 2) return false;
  begin_step(capacities);
  double gain = 0;
  std::size_t longest = 0;
  visit_in_order(cells, [&](std::uint32_t cell, Mass mass) {
    longest = std::max<std::size_t>(longest, cells.offsets[cell + 1] - cells.offsets[cell]);
    gain += most_gained_by_cut(cells, cell, mass);
  });
  // Entropies of cells are plain sums, here of the cells given and of those that cut would make: an error of
  // half a unit per atom of a cell each. Gains are sums over the cells of at most log2 k bits times mass.
  auto const impure = static_cast<double>(std::accumulate(cell_masses_.begin(), cell_masses_.end(), Mass{0}));
  constexpr double kUnit = std::numeric_limits<double>::epsilon();
  constexpr double kSpare = 100;
  double const error = kUnit * ((static_cast<double>(longest) + kSpare) * entropy +
                                (static_cast<double>(cells.size()) + kSpare) * impure *
                                    std::log2(static_cast<double>(capacities.size()) + 1));
  return entropy - gain - error > to_beat;
}

/// Bits times mass by which `cut` and the separation after it lower the entropy of a cell at most: those of
/// the values given the cell, less those of the values of the atoms that are split. Where capacity is left
/// (two values only), a symbol that lies on both sides of the cut may leave the side where it is not alone.
double GreedySplitter::most_gained_by_cut(MassCells const& cells, std::size_t cell, Mass mass) {
  auto const weights = cells.weights_of(cell);
  auto const order = filling_.now().order();
  find_quotas(mass);
  double gain = 0;
  std::size_t used = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    Mass const quota = quotas_[place];
    if (quota == 0) continue;
    ++used;
    capacities_[at(order[place])] -= quota;
    gain += surprise(quota, mass);
  }
  if (used < 2) return capacity_is_left_ ? gain_of_removal(weights.back(), mass) : gain;

  std::size_t atom = 0;
  Mass rest = weights[0];  // of the atom, for the places that come
  for (std::size_t place = 0; used > 1; ++place) {
    Mass quota = quotas_[place];
    if (quota == 0) continue;
    --used;
    while (quota >= rest) {
      if (rest < weights[atom]) gain -= surprise(rest, weights[atom]);
      quota -= rest;
      rest = weights[++atom];
    }
    if (quota == 0) continue;
    gain -= surprise(quota, weights[atom]);
    rest -= quota;
    if (!capacity_is_left_) continue;
    Mass const first = quotas_[place];
    if (atom == 0 && rest <= weights.back())
      gain += gain_of_removal(rest, mass - first);
    else if (atom + 1 == weights.size())
      gain += gain_of_removal(quota, first);
  }
  if (rest < weights[atom]) gain -= surprise(rest, weights[atom]);
  return gain;
}

}  // namespace thresher::entropy_coupling
