#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace thresher::entropy_coupling {

namespace {

// Blocks of symbols: as many as the work is worth, as few as the sums' memory asks for. Their number depends
// on the problem alone, never on the ranks.
int block_count(std::size_t codewords, std::size_t dimension) {
  constexpr std::size_t kCodewordsPerBlock = 4096;
  constexpr std::size_t kSummands = std::size_t{1} << 22;
  std::size_t const width = 1 + dimension * (dimension + 1) / 2;
  std::size_t const fits = std::max<std::size_t>(4, kSummands / width);
  return static_cast<int>(std::min({std::size_t{64}, 1 + codewords / kCodewordsPerBlock, fits}));
}

std::size_t free_values(std::span<Law const> observations) {
  std::size_t count = 0;
  for (auto const& law : observations) count += law.size() - 1;
  return count;
}

}  // namespace

CodebookDual::CodebookDual(mpi::Communicator const& comm, Law const& symbols,
                           std::span<Law const> observations, PackedCodes const& codes,
                           std::span<std::int32_t const> owners)
    : comm_(comm),
      symbol_count_(symbols.size()),
      sum_(comm, static_cast<std::int64_t>(symbols.size()),
           block_count(owners.size(), free_values(observations))) {
  for (auto const& law : observations) {
    std::size_t const mode = law.mode();
    auto& features = feature_of_.emplace_back(law.size(), -1);
    for (std::size_t y = 0; y < law.size(); ++y) {
      if (y == mode) continue;
      features[y] = static_cast<std::int32_t>(targets_.size());
      targets_.push_back(law.probability(y));
    }
  }
  make_groups(observations, owners.size());

  auto const own = sum_.owned();
  first_symbol_ = static_cast<std::size_t>(own.begin);
  auto const count = static_cast<std::size_t>(own.size());
  auto const is_own = [&](std::int32_t x) { return x >= own.begin && x < own.end; };
  starts_.assign(count + 1, 0);
  for (std::int32_t const x : owners)
    if (is_own(x)) ++starts_[static_cast<std::size_t>(x) - first_symbol_ + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  for (std::size_t x = 0; x < count; ++x) symbol_masses_.push_back(symbols.probability(first_symbol_ + x));
  codeword_number_.resize(starts_.back());
  masses_.resize(starts_.back());
  entries_.resize(starts_.back() * groups_.size());
  auto next = starts_;
  for (std::size_t j = 0; j < owners.size(); ++j) {
    if (!is_own(owners[j])) continue;
    std::size_t const at = next[static_cast<std::size_t>(owners[j]) - first_symbol_]++;
    codeword_number_[at] = static_cast<std::int64_t>(j);
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      std::size_t entry = 0;
      for (std::size_t i = groups_[g].first; i < groups_[g].first + groups_[g].count; ++i)
        entry = entry * feature_of_[i].size() + static_cast<std::size_t>(codes.value(j, i));
      entries_[at * groups_.size() + g] = static_cast<std::uint32_t>(entry);
    }
  }
}

// Tables a good deal smaller than the codebook, so that filling them costs little beside reading them.
void CodebookDual::make_groups(std::span<Law const> observations, std::size_t codewords) {
  std::size_t const largest = std::size_t{1}
                              << std::clamp<int>(static_cast<int>(std::bit_width(codewords)) - 6, 4, 11);
  for (std::size_t i = 0; i < observations.size(); ++i) {
    std::size_t const k = observations[i].size();
    if (groups_.empty() || groups_.back().size * k > largest) groups_.emplace_back().first = i;
    groups_.back().size *= k;
    ++groups_.back().count;
  }
  for (auto& group : groups_) {
    group.table.resize(group.size);
    histograms_.emplace_back(group.size, 0.0);
    group.feature_start.push_back(0);
    for (std::size_t entry = 0; entry < group.size; ++entry) {
      std::size_t const start = group.features.size();
      std::size_t rest = entry;
      for (std::size_t i = group.first + group.count; i-- > group.first; rest /= feature_of_[i].size())
        if (std::int32_t const f = feature_of_[i][rest % feature_of_[i].size()]; f >= 0)
          group.features.push_back(static_cast<std::uint32_t>(f));
      std::reverse(group.features.begin() + static_cast<std::ptrdiff_t>(start), group.features.end());
      group.feature_start.push_back(static_cast<std::uint32_t>(group.features.size()));
    }
  }
}

void CodebookDual::fill_tables(std::span<double const> vector) {
  for (auto& group : groups_)
    for (std::size_t entry = 0; entry < group.size; ++entry) {
      double sum = 0;
      for (std::uint32_t f = group.feature_start[entry]; f < group.feature_start[entry + 1]; ++f)
        sum += vector[group.features[f]];
      group.table[entry] = sum;
    }
}

double CodebookDual::table_sum(std::size_t codeword) const {
  std::uint32_t const* entry = entries_.data() + codeword * groups_.size();
  double sum = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) sum += groups_[g].table[entry[g]];
  return sum;
}

// Sets the masses of a symbol's codewords from the tables of beta; returns log sum exp.
double CodebookDual::soften(std::size_t symbol) {
  std::size_t const begin = starts_[symbol];
  std::size_t const end = starts_[symbol + 1];
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t j = begin; j < end; ++j) {
    masses_[j] = table_sum(j);
    largest = std::max(largest, masses_[j]);
  }
  double sum = 0;
  for (std::size_t j = begin; j < end; ++j) sum += masses_[j] = std::exp(masses_[j] - largest);
  double const scale = symbol_masses_[symbol] / sum;
  for (std::size_t j = begin; j < end; ++j) masses_[j] *= scale;
  return largest + std::log(sum);
}

void CodebookDual::clear_histograms() {
  for (auto& histogram : histograms_) std::fill(histogram.begin(), histogram.end(), 0.0);
}

void CodebookDual::count_in_histograms(std::size_t codeword, double mass) {
  std::uint32_t const* entry = entries_.data() + codeword * groups_.size();
  for (std::size_t g = 0; g < groups_.size(); ++g) histograms_[g][entry[g]] += mass;
}

void CodebookDual::add_histograms(std::span<double> sums) const {
  for (std::size_t g = 0; g < groups_.size(); ++g)
    for (std::size_t entry = 0; entry < groups_[g].size; ++entry)
      for (std::uint32_t f = groups_[g].feature_start[entry]; f < groups_[g].feature_start[entry + 1]; ++f)
        sums[groups_[g].features[f]] += histograms_[g][entry];
}

double CodebookDual::evaluate_here(std::span<double const> beta, std::span<double> gradient) {
  fill_tables(beta);
  std::vector<double> sums(1 + dimension());
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        clear_histograms();
        for (auto x = static_cast<std::size_t>(block.begin) - first_symbol_;
             x < static_cast<std::size_t>(block.end) - first_symbol_; ++x) {
          partial[0] += symbol_masses_[x] * soften(x);
          for (std::size_t j = starts_[x]; j < starts_[x + 1]; ++j) count_in_histograms(j, masses_[j]);
        }
        add_histograms(partial.subspan(1));
      },
      sums);
  double objective = sums[0];
  for (std::size_t f = 0; f < dimension(); ++f) {
    objective -= targets_[f] * beta[f];
    gradient[f] = sums[1 + f] - targets_[f];
  }
  return objective;
}

void CodebookDual::prepare_here(std::span<double const> beta) {
  fill_tables(beta);
  for (std::size_t x = 0; x < symbol_masses_.size(); ++x) soften(x);
}

void CodebookDual::product_here(std::span<double const> vector, std::span<double> result) {
  fill_tables(vector);
  std::vector<double> along;
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        clear_histograms();
        for (auto x = static_cast<std::size_t>(block.begin) - first_symbol_;
             x < static_cast<std::size_t>(block.end) - first_symbol_; ++x) {
          along.clear();
          double mean = 0;
          for (std::size_t j = starts_[x]; j < starts_[x + 1]; ++j) {
            along.push_back(table_sum(j));
            mean += masses_[j] * along.back();
          }
          mean /= symbol_masses_[x];
          for (std::size_t j = starts_[x]; j < starts_[x + 1]; ++j)
            count_in_histograms(j, masses_[j] * (along[j - starts_[x]] - mean));
        }
        add_histograms(partial);
      },
      result);
}

}  // namespace thresher::entropy_coupling
