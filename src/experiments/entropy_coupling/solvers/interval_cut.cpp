#include "experiments/entropy_coupling/solvers/interval_cut.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::entropy_coupling {

MassCells whole_law_in_natural_order(Law const& law) {
  MassCells cells;
  if (law.size() < 2) return cells;
  for (std::size_t x = 0; x < law.size(); ++x) cells.add_atom(static_cast<Symbol>(x), law.masses[x]);
  cells.close_cell();
  return cells;
}

void cut_by_intervals(MassCells const& cells, Law const& observation, Detail detail, Split& result) {
  result.clear();
  std::size_t const values = observation.size();
  std::vector<WideMass> cumulative(values);
  WideMass running = 0;
  for (std::size_t y = 0; y < values; ++y)
    cumulative[y] = running += static_cast<WideMass>(observation.masses[y]);
  auto const total = static_cast<WideMass>(observation.total);
  std::vector<Mass> capacities = observation.masses;
  std::vector<Mass> quotas(values);
  CompensatedSum bits;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const symbols = cells.symbols_of(c);
    auto const weights = cells.weights_of(c);
    Mass const mass = cells.mass_of(c);
    Mass before = 0;
    Mass missing = mass;
    for (std::size_t y = 0; y < values; ++y) {
      auto const rounded =
          static_cast<Mass>((static_cast<WideMass>(mass) * cumulative[y] + total / 2) / total);
      Mass const upto = y + 1 == values ? mass : rounded;
      quotas[y] = std::min(upto - before, capacities[y]);
      missing -= quotas[y];
      before = upto;
    }
    for (std::size_t y = 0; missing > 0 && y < values; ++y) {
      Mass const more = std::min(missing, capacities[y] - quotas[y]);
      quotas[y] += more;
      missing -= more;
    }
    assert(missing == 0);
    std::size_t atom = 0;
    Mass rest = weights[0];
    for (std::size_t y = 0; y < values; ++y) {
      Mass quota = quotas[y];
      if (quota == 0) continue;
      capacities[y] -= quota;
      Mass const quota_mass = quota;
      std::size_t const first = result.cells.atoms();
      while (quota > 0) {
        Mass const given = std::min(rest, quota);
        result.cells.add_atom(symbols[atom], given);
        quota -= given;
        rest -= given;
        if (rest == 0 && ++atom < weights.size()) rest = weights[atom];
      }
      if (result.cells.atoms() - first == 1) {
        if (detail == Detail::coupling)
          result.pure.push_back({static_cast<std::uint32_t>(c), static_cast<std::int32_t>(y),
                                 result.cells.symbols.back(), quota_mass});
        result.cells.symbols.pop_back();
        result.cells.weights.pop_back();
        continue;
      }
      result.cells.close_cell();
      bits.add(cell_entropy(result.cells.weights_of(result.cells.size() - 1), quota_mass));
      if (detail == Detail::coupling) {
        result.parents.push_back(static_cast<std::uint32_t>(c));
        result.values.push_back(static_cast<std::int32_t>(y));
      }
    }
  }
  result.entropy = bits.value();
  if (detail == Detail::coupling) result.capacities = std::move(capacities);
}

MassCells sorted_cells(MassCells const& cells) {
  MassCells sorted;
  sorted.symbols.reserve(cells.atoms());
  sorted.weights.reserve(cells.atoms());
  std::vector<std::pair<Mass, Symbol>> atoms;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const symbols = cells.symbols_of(c);
    auto const weights = cells.weights_of(c);
    atoms.clear();
    for (std::size_t a = 0; a < weights.size(); ++a) atoms.emplace_back(weights[a], symbols[a]);
    std::sort(atoms.begin(), atoms.end(), [](auto const& a, auto const& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    for (auto const& [weight, symbol] : atoms) sorted.add_atom(symbol, weight);
    sorted.close_cell();
  }
  return sorted;
}

}  // namespace thresher::entropy_coupling
