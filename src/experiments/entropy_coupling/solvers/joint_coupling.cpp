#include "experiments/entropy_coupling/solvers/joint_coupling.hpp"

#include <algorithm>

namespace thresher::entropy_coupling {

namespace {

template <class Weight>
struct Heavy {
  Weight weight;
  std::int32_t index;
  // "Less" for a heap whose top is the heaviest, the lowest index among equals.
  bool operator<(Heavy const& other) const {
    return weight != other.weight ? weight < other.weight : index > other.index;
  }
};

// Masses that are taken largest first; what is left of one comes back. Untouched masses wait sorted, only
// rests need a heap.
template <class Weight>
class LargestFirst {
 public:
  explicit LargestFirst(std::span<Weight const> weights) {
    untouched_.reserve(weights.size());
    for (std::size_t j = 0; j < weights.size(); ++j)
      untouched_.push_back({weights[j], static_cast<std::int32_t>(j)});
    std::sort(untouched_.begin(), untouched_.end());
  }
  bool empty() const { return untouched_.empty() && rests_.empty(); }
  Heavy<Weight> const& top() const { return top_is_rest() ? rests_.front() : untouched_.back(); }
  void pop() {
    if (!top_is_rest()) {
      untouched_.pop_back();
      return;
    }
    std::pop_heap(rests_.begin(), rests_.end());
    rests_.pop_back();
  }
  void replace_top(Weight rest) {
    auto const index = top().index;
    pop();
    rests_.push_back({rest, index});
    std::push_heap(rests_.begin(), rests_.end());
  }

 private:
  bool top_is_rest() const {
    return untouched_.empty() || (!rests_.empty() && untouched_.back() < rests_.front());
  }
  std::vector<Heavy<Weight>> untouched_;  // heaviest last
  std::vector<Heavy<Weight>> rests_;
};

std::uint64_t mix(std::uint64_t h) {  // finaliser of MurmurHash3 (Appleby)
  h ^= h >> 33;
  h *= 0xff51afd7ed558ccdULL;
  h ^= h >> 33;
  h *= 0xc4ceb9fe1a85ec53ULL;
  return h ^ (h >> 33);
}

}  // namespace

void joint_greedy(Law const& law, std::span<Law const> observations, AtomSink<Mass> const& sink) {
  LargestFirst<Mass> symbols(law.masses);
  std::vector<LargestFirst<Mass>> values;
  values.reserve(observations.size());
  for (auto const& observation : observations) values.emplace_back(observation.masses);
  std::vector<std::int32_t> code(observations.size());
  while (!symbols.empty()) {
    Mass given = symbols.top().weight;
    for (std::size_t i = 0; i < values.size(); ++i) {
      given = std::min(given, values[i].top().weight);
      code[i] = values[i].top().index;
    }
    sink(symbols.top().index, code, given);
    auto const take = [given](LargestFirst<Mass>& heap) {
      if (Mass const rest = heap.top().weight - given; rest > 0)
        heap.replace_top(rest);
      else
        heap.pop();
    };
    take(symbols);
    for (auto& heap : values) take(heap);
  }
}

void independent_greedy(Law const& law, std::span<Law const> observations, AtomSink<double> const& sink) {
  std::vector<double> cells{1.0};
  for (auto const& observation : observations) {
    std::vector<double> finer;
    finer.reserve(cells.size() * observation.size());
    for (double const cell : cells)
      for (std::size_t y = 0; y < observation.size(); ++y) finer.push_back(cell * observation.probability(y));
    cells = std::move(finer);
  }
  std::vector<double> probabilities(law.size());
  for (std::size_t x = 0; x < law.size(); ++x) probabilities[x] = law.probability(x);
  LargestFirst<double> symbols(probabilities);
  LargestFirst<double> products(cells);
  std::vector<std::int32_t> code(observations.size());
  auto const take = [](LargestFirst<double>& heap, double given) {
    double const before = heap.top().weight;
    double const rest = before - given;
    if (rest > 1e-15 * std::max(before, 1e-6))
      heap.replace_top(rest);
    else
      heap.pop();
  };
  while (!symbols.empty() && !products.empty()) {
    double const given = std::min(symbols.top().weight, products.top().weight);
    auto number = static_cast<std::size_t>(products.top().index);
    for (std::size_t i = observations.size(); i-- > 0;) {
      code[i] = static_cast<std::int32_t>(number % observations[i].size());
      number /= observations[i].size();
    }
    sink(symbols.top().index, code, given);
    take(symbols, given);
    take(products, given);
  }
}

template <class Weight>
std::uint32_t CellCollector<Weight>::cell_of(std::span<std::int32_t const> code) {
  auto const hash_of = [](std::span<std::int32_t const> of) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a over whole values, mixed once
    for (std::int32_t const y : of) hash = (hash ^ static_cast<std::uint32_t>(y)) * 0x100000001b3ULL;
    return mix(hash);
  };
  auto const row = [&](std::size_t cell) {
    return std::span<std::int32_t const>(codes_).subspan(cell * width_, width_);
  };
  auto const slot_for = [&](std::span<std::int32_t const> of) {
    std::size_t slot = hash_of(of) & (table_.size() - 1);
    while (table_[slot] != 0 && !std::equal(of.begin(), of.end(), row(table_[slot] - 1).begin()))
      slot = (slot + 1) & (table_.size() - 1);
    return slot;
  };
  if (table_.empty()) {
    table_.assign(64, 0);
    width_ = code.size();
  }
  std::size_t slot = slot_for(code);
  if (table_[slot] != 0) return table_[slot] - 1;
  codes_.insert(codes_.end(), code.begin(), code.end());
  table_[slot] = static_cast<std::uint32_t>(++cells_);
  if (2 * cells_ > table_.size()) {
    table_.assign(2 * table_.size(), 0);
    for (std::size_t cell = 0; cell < cells_; ++cell)
      table_[slot_for(row(cell))] = static_cast<std::uint32_t>(cell + 1);
  }
  return static_cast<std::uint32_t>(cells_ - 1);
}

template <class Weight>
void CellCollector<Weight>::add(Symbol symbol, std::span<std::int32_t const> code, Weight weight) {
  cell_of_atom_.push_back(cell_of(code));
  symbols_.push_back(symbol);
  weights_.push_back(weight);
}

template <class Weight>
CellList<Weight> CellCollector<Weight>::impure_cells() const {
  std::vector<std::uint32_t> start(cells_ + 1, 0);
  for (std::uint32_t const cell : cell_of_atom_) ++start[cell + 1];
  for (std::size_t c = 0; c < cells_; ++c) start[c + 1] += start[c];
  std::vector<std::uint32_t> atoms(cell_of_atom_.size());
  auto next = start;
  for (std::uint32_t a = 0; a < atoms.size(); ++a) atoms[next[cell_of_atom_[a]]++] = a;
  CellList<Weight> cells;
  for (std::size_t c = 0; c < cells_; ++c) {
    if (start[c + 1] - start[c] < 2) continue;
    for (std::uint32_t a = start[c]; a < start[c + 1]; ++a)
      cells.add_atom(symbols_[atoms[a]], weights_[atoms[a]]);
    cells.close_cell();
  }
  return cells;
}

template class CellCollector<Mass>;
template class CellCollector<double>;

}  // namespace thresher::entropy_coupling
