#include "experiments/entropy_coupling/solvers/codewords.hpp"

#include "experiments/entropy_coupling/model/radix_sort.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

namespace thresher::entropy_coupling {

namespace {

constexpr double kCostUnit = 1e-9;

/// Entries first <= e < last of a list sorted by cost that cost the same.
struct Run {
  Cost cost = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size() const { return last - first; }
};

template <class CostOf>
std::vector<Run> runs_of(std::size_t size, CostOf const& cost_of) {
  std::vector<Run> runs;
  for (std::uint64_t e = 0; e < size; ++e) {
    if (runs.empty() || runs.back().cost != cost_of(e)) runs.push_back({cost_of(e), e, e});
    ++runs.back().last;
  }
  return runs;
}

/// All pairs of a run of prefixes and a run of values.
struct PairRun {
  Cost cost = 0;
  std::uint32_t prefixes = 0;
  std::uint32_t values = 0;
};

struct KeyedPair {
  double key = 0;
  std::uint64_t prefix = 0;
  std::uint64_t value = 0;  // place in the sorted list of values
};

/// One merge: the cheapest pairs of a prefix and a value of the next observation.
class Merge {
 public:
  Merge(std::vector<Cost> const& prefix_costs, std::vector<Cost> const& value_costs, std::uint64_t limit)
      : by_cost_(value_costs.size()), limit_(limit) {
    std::iota(by_cost_.begin(), by_cost_.end(), 0);
    std::stable_sort(by_cost_.begin(), by_cost_.end(), [&](std::int32_t a, std::int32_t b) {
      return cost(value_costs, a) < cost(value_costs, b);
    });
    prefixes_ = runs_of(prefix_costs.size(), [&](std::uint64_t e) { return prefix_costs[e]; });
    values_ = runs_of(by_cost_.size(), [&](std::uint64_t e) { return cost(value_costs, by_cost_[e]); });
    for (std::uint32_t v = 0; v < values_.size(); ++v)
      for (std::uint32_t p = 0; p < prefixes_.size(); ++p) {
        // Pairs strictly cheaper than these: once they fill the limit, none of these can be needed.
        Run const& of_prefix = prefixes_[p];
        Run const& of_value = values_[v];
        if (of_prefix.first * of_value.last + of_prefix.last * of_value.first -
                of_prefix.first * of_value.first >=
            limit)
          break;
        pairs_.push_back({of_prefix.cost + of_value.cost, p, v});
      }
    std::stable_sort(pairs_.begin(), pairs_.end(),
                     [](PairRun const& a, PairRun const& b) { return a.cost < b.cost; });
  }

  /// Calls visit(cost, pairs of equal cost, how many of them to keep) from cheap to dear.
  template <class Visit>
  void for_each_cost(Visit const& visit) const {
    std::uint64_t left = limit_;
    for (std::size_t begin = 0; begin < pairs_.size() && left > 0;) {
      std::size_t end = begin;
      std::uint64_t count = 0;
      for (; end < pairs_.size() && pairs_[end].cost == pairs_[begin].cost; ++end)
        count += prefixes_[pairs_[end].prefixes].size() * values_[pairs_[end].values].size();
      std::uint64_t const kept = std::min(count, left);
      visit(pairs_[begin].cost, std::span(pairs_).subspan(begin, end - begin), count, kept);
      left -= kept;
      begin = end;
    }
  }
  template <class Visit>
  void for_each_pair(std::span<PairRun const> pairs, Visit const& visit) const {
    for (auto const& pair : pairs)
      for (std::uint64_t a = prefixes_[pair.prefixes].first; a < prefixes_[pair.prefixes].last; ++a)
        for (std::uint64_t b = values_[pair.values].first; b < values_[pair.values].last; ++b)
          visit(a, by_cost_[b]);
  }

 private:
  static Cost cost(std::vector<Cost> const& costs, std::int32_t value) {
    return costs[static_cast<std::size_t>(value)];
  }

  std::vector<std::int32_t> by_cost_;
  std::uint64_t limit_;
  std::vector<Run> prefixes_;
  std::vector<Run> values_;
  std::vector<PairRun> pairs_;
};

}  // namespace

CostTable integer_costs(std::span<Law const> observations) {
  struct Entry {
    double cost;
    std::size_t observation;
    std::size_t value;
  };
  std::vector<Entry> entries;
  CostTable table;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    table.emplace_back(observations[i].size());
    for (std::size_t y = 0; y < observations[i].size(); ++y)
      entries.push_back({-std::log2(observations[i].probability(y)), i, y});
  }
  std::sort(entries.begin(), entries.end(), [](Entry const& a, Entry const& b) { return a.cost < b.cost; });
  double before = -1;
  Cost units = 0;
  for (auto const& entry : entries) {
    if (entry.cost - before > kCostUnit) units = std::llround(entry.cost / kCostUnit);
    before = entry.cost;
    table[entry.observation][entry.value] = units;
  }
  return table;
}

PackedCodes::PackedCodes(std::span<std::int64_t const> alphabets) {
  std::size_t word = 0;
  unsigned used = 0;
  for (std::int64_t const k : alphabets) {
    auto const bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(k - 1)));
    if (used + bits > 64) {
      ++word;
      used = 0;
    }
    places_.push_back({word, used, (std::uint64_t{1} << bits) - 1});
    used += bits;
    if (used == 64) {
      ++word;
      used = 0;
    }
  }
  width_ = word + 1;
}

PackedCodes PackedCodes::empty_like() const {
  PackedCodes copy(std::span<std::int64_t const>{});
  copy.places_ = places_;
  copy.width_ = width_;
  return copy;
}

void PackedCodes::append(PackedCodes const& from, std::size_t code) {
  auto const first = from.words_.begin() + static_cast<std::ptrdiff_t>(code * width_);
  words_.insert(words_.end(), first, first + static_cast<std::ptrdiff_t>(width_));
}

void PackedCodes::append(PackedCodes const& from, std::size_t prefix, std::size_t observation,
                         std::int32_t value) {
  append(from, prefix);
  Place const& place = places_[observation];
  words_[words_.size() - width_ + place.word] |= static_cast<std::uint64_t>(value) << place.shift;
}

PackedCodes cheapest_codewords(CostTable const& costs, CodebookTry const& at) {
  std::vector<std::int64_t> alphabets;
  for (auto const& of_observation : costs) alphabets.push_back(std::ssize(of_observation));
  PackedCodes codes(alphabets);
  codes.append_empty();
  std::vector<Cost> code_costs{0};
  std::vector<KeyedPair> tied;
  auto const by_key = [](KeyedPair const& a, KeyedPair const& b) { return a.key < b.key; };
  for (std::size_t i = 0; i < costs.size(); ++i) {
    bool const last = i + 1 == costs.size();
    Merge const merge(code_costs, costs[i], at.codewords);
    PackedCodes next = codes.empty_like();
    std::vector<Cost> next_costs;
    merge.for_each_cost([&](Cost cost, std::span<PairRun const> pairs, std::uint64_t count,
                            std::uint64_t kept) {
      auto const keep = [&](std::uint64_t prefix, std::int32_t value) {
        next.append(codes, prefix, i, value);
        next_costs.push_back(cost);
      };
      if (kept == count && !last) {
        merge.for_each_pair(pairs, keep);
        return;
      }
      tied.clear();
      merge.for_each_pair(pairs, [&](std::uint64_t prefix, std::int32_t value) {
        tied.push_back({at.key(i + 1, prefix, static_cast<std::uint64_t>(value)), prefix,
                        static_cast<std::uint64_t>(value)});
      });
      if (kept < count)
        std::nth_element(tied.begin(), tied.begin() + static_cast<std::ptrdiff_t>(kept), tied.end(), by_key);
      tied.resize(kept);
      if (last)
        std::sort(tied.begin(), tied.end(), by_key);
      else
        std::sort(tied.begin(), tied.end(), [](KeyedPair const& a, KeyedPair const& b) {
          return a.prefix != b.prefix ? a.prefix < b.prefix : a.value < b.value;
        });
      for (auto const& pair : tied) keep(pair.prefix, static_cast<std::int32_t>(pair.value));
    });
    codes = std::move(next);
    code_costs = std::move(next_costs);
  }
  return codes;
}

std::vector<std::int32_t> deal_owners(Law const& law, CodebookTry const& at) {
  auto const symbols = law.size();
  auto const codewords = static_cast<std::size_t>(at.codewords);
  assert(codewords >= symbols);
  std::vector<Keyed> order(symbols);
  for (std::size_t x = 0; x < symbols; ++x)
    order[x] = {~static_cast<std::uint64_t>(law.masses[x]), static_cast<std::uint32_t>(x)};
  std::vector<Keyed> scratch;
  stable_sort_by_key(order, scratch);
  std::vector<std::int32_t> owners(codewords);
  for (std::size_t j = 0; j < symbols; ++j) owners[j] = static_cast<std::int32_t>(order[j].item);
  std::vector<std::int32_t> list(symbols);
  for (std::size_t j = symbols; j < codewords; ++j) {
    std::size_t const place = (j - symbols) % symbols;
    if (place == 0) std::iota(list.begin(), list.end(), 0);
    auto const rest = static_cast<double>(symbols - place);
    auto const taken =
        place + std::min(static_cast<std::size_t>(std::floor(at.owner(j) * rest)), symbols - place - 1);
    std::swap(list[place], list[taken]);
    owners[j] = list[place];
  }
  return owners;
}

}  // namespace thresher::entropy_coupling
