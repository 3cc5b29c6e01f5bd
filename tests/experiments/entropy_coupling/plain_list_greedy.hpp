#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/solvers/water_filling.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace thresher::entropy_coupling::testing {

/// The sequential greedy coupling written down as plainly as it is defined, with maps and scans over
/// everything: what the fast one must equal bit for bit.
class PlainListGreedy {
 public:
  using Cell = std::map<Symbol, Mass>;

  PlainListGreedy(Law const& law, std::int64_t refresh) : refresh_(refresh) {
    if (law.size() < 2) return;
    cells_.emplace_back();
    for (std::size_t x = 0; x < law.size(); ++x) cells_.back()[static_cast<Symbol>(x)] = law.masses[x];
  }
  std::vector<Cell> const& cells() const { return cells_; }
  double entropy() const { return entropy_; }

  void observe(std::vector<Mass> const& capacities) {
    auto lpt = split(capacities, true);
    auto cut = split(capacities, false);
    double const of_lpt = entropy_of(lpt);
    double const of_cut = entropy_of(cut);
    auto const& better = of_lpt <= of_cut ? lpt : cut;
    entropy_ = std::min(of_lpt, of_cut);
    cells_.clear();
    for (auto const& subs : better)
      for (auto const& [value, cell] : subs)
        if (cell.size() > 1) cells_.push_back(cell);
  }

 private:
  using Subs = std::map<std::int32_t, Cell>;  // of one parent, by value

  static Mass mass(Cell const& cell) {
    Mass sum = 0;
    for (auto const& [x, w] : cell) sum += w;
    return sum;
  }
  static std::vector<std::pair<Mass, Symbol>> sorted(Cell const& cell) {
    std::vector<std::pair<Mass, Symbol>> atoms;
    for (auto const& [x, w] : cell) atoms.emplace_back(w, x);
    std::stable_sort(atoms.begin(), atoms.end(),
                     [](auto const& a, auto const& b) { return a.first > b.first; });
    return atoms;
  }
  static double entropy_of(std::vector<Subs> const& all) {
    CompensatedSum bits;
    for (auto const& subs : all)
      for (auto const& [value, cell] : subs) {
        std::vector<Mass> weights;
        for (auto const& [w, x] : sorted(cell)) weights.push_back(w);
        bits.add(cell_entropy<Mass>(weights, mass(cell)));
      }
    return bits.value();
  }

  std::vector<Subs> split(std::vector<Mass> capacity, bool whole_atoms) const {
    std::vector<Subs> all(cells_.size());
    std::vector<std::size_t> order(cells_.size());
    Mass impure = 0;
    for (std::size_t c = 0; c < order.size(); ++c) {
      order[c] = c;
      impure += mass(cells_[c]);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return mass(cells_[a]) > mass(cells_[b]); });
    WaterFilling filling;
    filling.fill(capacity, impure);
    Mass left = impure;
    Mass since = 0;
    for (std::size_t const c : order) {
      if (static_cast<long double>(since) * static_cast<long double>(refresh_) >=
          static_cast<long double>(impure)) {
        filling = WaterFilling();
        filling.fill(capacity, left);
        since = 0;
      }
      Mass const w = mass(cells_[c]);
      if (whole_atoms)
        place(cells_[c], w, filling, capacity, all[c]);
      else
        cut(cells_[c], w, filling, capacity, all[c]);
      left -= w;
      since += w;
    }
    separate(all, capacity);
    return all;
  }

  static void place(Cell const& cell, Mass w, WaterFilling const& filling, std::vector<Mass>& capacity,
                    Subs& subs) {
    auto atoms = sorted(cell);
    while (!atoms.empty()) {
      auto const heaviest = std::max_element(atoms.begin(), atoms.end(), [](auto const& a, auto const& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
      });
      auto const [weight, x] = *heaviest;
      atoms.erase(heaviest);
      std::int32_t best = -1;
      double best_need = 0;
      bool unused_seen = false;
      for (std::size_t place = 0; place < filling.order().size(); ++place) {
        std::int32_t const y = filling.order()[place];
        if (capacity[static_cast<std::size_t>(y)] == 0) continue;
        // Values without content rank by their fraction, also where the product with w rounds to a tie.
        if (!subs.contains(y) && std::exchange(unused_seen, true)) continue;
        Mass const held = subs.contains(y) ? mass(subs.at(y)) : 0;
        double volatile const target =
            static_cast<double>(w) * filling.fraction_at(place);  // no fused subtraction
        double const need = target - static_cast<double>(held);
        if (best < 0 || need > best_need || (need == best_need && y < best)) {
          best = y;
          best_need = need;
        }
      }
      Mass& room = capacity[static_cast<std::size_t>(best)];
      Mass const given = std::min(weight, room);
      subs[best][x] += given;
      room -= given;
      if (given < weight) atoms.emplace_back(weight - given, x);
    }
  }

  static void cut(Cell const& cell, Mass w, WaterFilling const& filling, std::vector<Mass>& capacity,
                  Subs& subs) {
    auto const order = filling.order();
    std::vector<Mass> quota(order.size());
    Mass before = 0;
    Mass missing = w;
    for (std::size_t p = 0; p < order.size(); ++p) {
      Mass const upto =
          std::min(w, static_cast<Mass>(std::nearbyint(static_cast<double>(w) * filling.cumulative_at(p))));
      quota[p] = std::min(upto - before, capacity[static_cast<std::size_t>(order[p])]);
      before = upto;
      missing -= quota[p];
    }
    for (std::size_t p = 0; p < order.size(); ++p) {
      Mass const more = std::min(missing, capacity[static_cast<std::size_t>(order[p])] - quota[p]);
      quota[p] += more;
      missing -= more;
    }
    std::size_t p = 0;
    for (auto [weight, x] : sorted(cell))
      while (weight > 0) {
        while (quota[p] == 0) ++p;
        Mass const given = std::min(weight, quota[p]);
        subs[order[p]][x] += given;
        capacity[static_cast<std::size_t>(order[p])] -= given;
        quota[p] -= given;
        weight -= given;
      }
  }

  static void separate(std::vector<Subs>& all, std::vector<Mass>& capacity) {
    struct Entry {
      double key;
      std::size_t cell;
      std::int32_t value;
    };
    auto const lightest = [](Cell const& cell) {
      return std::min_element(cell.begin(), cell.end(),
                              [](auto const& a, auto const& b) { return a.second < b.second; });
    };
    auto const key = [&](Cell const& cell) {
      return static_cast<double>(mass(cell)) / static_cast<double>(lightest(cell)->second);
    };
    std::vector<Entry> heap;
    for (std::size_t c = 0; c < all.size(); ++c)
      for (auto const& [value, cell] : all[c])
        if (cell.size() > 1) heap.push_back({key(cell), c, value});
    while (!heap.empty()) {
      auto const top = std::min_element(heap.begin(), heap.end(), [](Entry const& a, Entry const& b) {
        if (a.key != b.key) return a.key > b.key;
        return a.cell != b.cell ? a.cell < b.cell : a.value < b.value;
      });
      Entry const entry = *top;
      heap.erase(top);
      auto& subs = all[entry.cell];
      auto const [x, weight] = *lightest(subs[entry.value]);
      std::int32_t best = -1;
      for (std::size_t y = 0; y < capacity.size(); ++y) {
        auto const value = static_cast<std::int32_t>(y);
        if (value == entry.value || capacity[y] == 0) continue;
        if (auto const there = subs.find(value);
            there != subs.end() && !(there->second.size() == 1 && there->second.contains(x)))
          continue;
        if (best < 0 || capacity[y] > capacity[static_cast<std::size_t>(best)]) best = value;
      }
      if (best < 0) continue;
      Mass const moved = std::min(weight, capacity[static_cast<std::size_t>(best)]);
      capacity[static_cast<std::size_t>(best)] -= moved;
      capacity[static_cast<std::size_t>(entry.value)] += moved;
      subs[best][x] += moved;
      if ((subs[entry.value][x] -= moved) == 0) subs[entry.value].erase(x);
      if (subs[entry.value].size() > 1) heap.push_back({key(subs[entry.value]), entry.cell, entry.value});
    }
  }

  std::int64_t refresh_;
  std::vector<Cell> cells_;
  double entropy_ = 0;
};

}  // namespace thresher::entropy_coupling::testing
