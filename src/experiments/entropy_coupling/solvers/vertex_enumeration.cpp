#include "experiments/entropy_coupling/solvers/vertex_enumeration.hpp"

#include "experiments/entropy_coupling/model/entropy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thresher::entropy_coupling {

namespace {

constexpr double kSingular = 1e-9;  // pivots are ratios of small integers
constexpr double kNegative = -1e-12;

/// Depth-first over the columns of the marginal constraints, which keeps the elimination of the columns
/// chosen so far: a dependent column prunes all choices that contain it.
class VertexEnumeration {
 public:
  VertexEnumeration(Law const& law, std::span<Law const> observations);
  Optimum best() {
    choose(0, 0);
    return std::move(best_);
  }

 private:
  struct Column {
    Symbol symbol;
    std::uint32_t cell;
    std::vector<std::size_t> rows;  // of the ones
  };
  void choose(std::size_t depth, std::size_t first);
  void look_at_vertex();
  double* reduced(std::size_t depth) { return reduced_.data() + depth * rank_; }
  double* multipliers(std::size_t depth) { return multipliers_.data() + depth * rank_; }
  double* target(std::size_t depth) { return target_.data() + depth * rank_; }

  std::vector<std::size_t> alphabets_;
  std::size_t rank_ = 0;
  std::vector<Column> columns_;
  std::vector<std::size_t> chosen_;
  std::vector<std::size_t> pivot_rows_;
  std::vector<double> pivots_;
  std::vector<double> reduced_;      // per depth: the column after elimination, pivot scaled to 1
  std::vector<double> multipliers_;  // per depth: of the earlier reduced columns
  std::vector<double> target_;       // per depth: right-hand side after elimination
  std::vector<double> cell_sums_;
  Optimum best_;
};

VertexEnumeration::VertexEnumeration(Law const& law, std::span<Law const> observations) {
  rank_ = law.size();
  std::size_t cells = 1;
  std::vector<std::size_t> first_row;
  for (auto const& observation : observations) {
    alphabets_.push_back(observation.size());
    first_row.push_back(rank_);
    rank_ += observation.size() - 1;
    cells *= observation.size();
  }
  std::vector<double> marginals;
  for (std::size_t x = 0; x < law.size(); ++x) marginals.push_back(law.probability(x));
  for (auto const& observation : observations)
    for (std::size_t y = 1; y < observation.size(); ++y) marginals.push_back(observation.probability(y));
  for (std::size_t x = 0; x < law.size(); ++x)
    for (std::size_t cell = 0; cell < cells; ++cell) {
      Column column{static_cast<Symbol>(x), static_cast<std::uint32_t>(cell), {x}};
      std::size_t number = cell;
      for (std::size_t i = alphabets_.size(); i-- > 0; number /= alphabets_[i])
        if (std::size_t const y = number % alphabets_[i]; y > 0) column.rows.push_back(first_row[i] + y - 1);
      columns_.push_back(std::move(column));
    }
  chosen_.resize(rank_);
  pivot_rows_.resize(rank_);
  pivots_.resize(rank_);
  reduced_.resize(rank_ * rank_);
  multipliers_.resize(rank_ * rank_);
  target_.resize((rank_ + 1) * rank_);
  std::copy(marginals.begin(), marginals.end(), target_.begin());
  cell_sums_.resize(cells);
  best_.h_bits = std::numeric_limits<double>::infinity();
}

void VertexEnumeration::choose(std::size_t depth, std::size_t first) {
  if (depth == rank_) {
    look_at_vertex();
    return;
  }
  double* const v = reduced(depth);
  double* const m = multipliers(depth);
  std::size_t const last = columns_.size() - (rank_ - depth);
  for (std::size_t c = first; c <= last; ++c) {
    std::fill(v, v + rank_, 0.0);
    for (std::size_t const row : columns_[c].rows) v[row] = 1;
    for (std::size_t s = 0; s < depth; ++s) {
      m[s] = v[pivot_rows_[s]];
      if (m[s] == 0) continue;
      double const* const earlier = reduced(s);
      for (std::size_t row = 0; row < rank_; ++row) v[row] -= m[s] * earlier[row];
    }
    std::size_t pivot = 0;
    for (std::size_t row = 1; row < rank_; ++row)
      if (std::abs(v[row]) > std::abs(v[pivot])) pivot = row;
    if (std::abs(v[pivot]) < kSingular) continue;
    // The last coefficient is known as soon as the last pivot is: most choices end here.
    double const* const before = target(depth);
    if (depth + 1 == rank_ && before[pivot] / v[pivot] < kNegative) continue;
    chosen_[depth] = c;
    pivot_rows_[depth] = pivot;
    pivots_[depth] = v[pivot];
    for (std::size_t row = 0; row < rank_; ++row) v[row] /= pivots_[depth];
    double* const after = target(depth + 1);
    double const amount = before[pivot];
    for (std::size_t row = 0; row < rank_; ++row) after[row] = before[row] - amount * v[row];
    choose(depth + 1, c + 1);
  }
}

void VertexEnumeration::look_at_vertex() {
  // Coefficients of the reduced columns, unwound to those of the columns.
  std::vector<double> mass(rank_);
  for (std::size_t s = 0; s < rank_; ++s) mass[s] = target(s)[pivot_rows_[s]];
  for (std::size_t s = rank_; s-- > 0;) {
    mass[s] /= pivots_[s];
    if (mass[s] < kNegative) return;
    for (std::size_t u = 0; u < s; ++u) mass[u] -= mass[s] * multipliers(s)[u];
  }
  std::fill(cell_sums_.begin(), cell_sums_.end(), 0.0);
  for (std::size_t s = 0; s < rank_; ++s) cell_sums_[columns_[chosen_[s]].cell] += std::max(0.0, mass[s]);
  double bits = 0;
  for (std::size_t s = 0; s < rank_; ++s) {
    double const sum = cell_sums_[columns_[chosen_[s]].cell];
    if (mass[s] > 0 && mass[s] < sum) bits += mass[s] * std::log2(sum / mass[s]);
  }
  if (bits >= best_.h_bits) return;
  best_.h_bits = bits;
  auto& coupling = best_.coupling;
  coupling = {};
  coupling.observations = alphabets_.size();
  for (std::size_t s = 0; s < rank_; ++s) {
    if (mass[s] <= 0) continue;
    auto const& column = columns_[chosen_[s]];
    coupling.symbols.push_back(column.symbol);
    coupling.weights.push_back(mass[s]);
    std::vector<std::int32_t> code(alphabets_.size());
    std::size_t number = column.cell;
    for (std::size_t i = code.size(); i-- > 0; number /= alphabets_[i])
      code[i] = static_cast<std::int32_t>(number % alphabets_[i]);
    coupling.codes.insert(coupling.codes.end(), code.begin(), code.end());
  }
}

}  // namespace

double candidate_bases(std::int64_t symbols, std::span<std::int64_t const> alphabets) {
  auto columns = static_cast<double>(symbols);
  auto rank = static_cast<double>(symbols);
  for (std::int64_t const k : alphabets) {
    columns *= static_cast<double>(k);
    rank += static_cast<double>(k - 1);
  }
  double bases = 1;
  for (double j = 1; j <= std::min(rank, columns - rank) && std::isfinite(bases); ++j)
    bases = std::round(bases * (columns - std::min(rank, columns - rank) + j) / j);
  return bases;
}

Optimum minimum_coupling(Law const& law, std::span<Law const> observations) {
  return VertexEnumeration(law, observations).best();
}

}  // namespace thresher::entropy_coupling
