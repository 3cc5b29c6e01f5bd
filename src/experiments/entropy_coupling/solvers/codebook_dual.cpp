#include "experiments/entropy_coupling/solvers/codebook_dual.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
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

void CodebookDual::list_features(std::size_t codeword, std::vector<std::uint32_t>& features) const {
  features.clear();
  std::uint32_t const* entry = entries_.data() + codeword * groups_.size();
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    auto const& group = groups_[g];
    features.insert(features.end(), group.features.begin() + group.feature_start[entry[g]],
                    group.features.begin() + group.feature_start[entry[g] + 1]);
  }
}

// weight (phi_a - phi_b)(phi_a - phi_b)^T: only the values in which two codewords differ.
void CodebookDual::add_pair(std::size_t a, std::size_t b, double weight, std::span<double> square) {
  list_features(a, features_a_);
  list_features(b, features_b_);
  difference_.clear();
  auto in_a = features_a_.begin();
  auto in_b = features_b_.begin();
  while (in_a != features_a_.end() || in_b != features_b_.end()) {
    if (in_b == features_b_.end() || (in_a != features_a_.end() && *in_a < *in_b)) {
      difference_.emplace_back(*in_a++, 1.0);
    } else if (in_a == features_a_.end() || *in_b < *in_a) {
      difference_.emplace_back(*in_b++, -1.0);
    } else {
      ++in_a;
      ++in_b;
    }
  }
  for (std::size_t s = 0; s < difference_.size(); ++s) {
    double* const row = square.data() + difference_[s].first * dimension();
    double const scaled = weight * difference_[s].second;
    for (std::size_t t = s; t < difference_.size(); ++t)
      row[difference_[t].first] += scaled * difference_[t].second;
  }
}

// P_x Cov_x, upper triangle: over pairs of codewords while they are few, else second moments minus that of
// the mean.
void CodebookDual::add_covariance(std::size_t symbol, std::span<double> square) {
  std::size_t const begin = starts_[symbol];
  std::size_t const end = starts_[symbol + 1];
  double const mass = symbol_masses_[symbol];
  if (end - begin <= 3) {
    for (std::size_t a = begin; a < end; ++a)
      for (std::size_t b = a + 1; b < end; ++b) add_pair(a, b, masses_[a] * masses_[b] / mass, square);
    return;
  }
  std::size_t const d = dimension();
  mean_.assign(d, 0.0);
  features_b_.clear();
  for (std::size_t j = begin; j < end; ++j) {
    list_features(j, features_a_);
    for (std::size_t s = 0; s < features_a_.size(); ++s) {
      double* const row = square.data() + features_a_[s] * d;
      for (std::size_t t = s; t < features_a_.size(); ++t) row[features_a_[t]] += masses_[j];
      if (mean_[features_a_[s]] == 0) features_b_.push_back(features_a_[s]);
      mean_[features_a_[s]] += masses_[j];
    }
  }
  std::sort(features_b_.begin(), features_b_.end());
  features_b_.erase(std::unique(features_b_.begin(), features_b_.end()), features_b_.end());
  for (std::size_t s = 0; s < features_b_.size(); ++s) {
    double* const row = square.data() + features_b_[s] * d;
    double const scaled = mean_[features_b_[s]] / mass;
    for (std::size_t t = s; t < features_b_.size(); ++t)
      row[features_b_[t]] -= scaled * mean_[features_b_[t]];
  }
}

void CodebookDual::hessian_here(std::span<double const> beta, std::span<double> triangle) {
  fill_tables(beta);
  std::size_t const d = dimension();
  std::vector<double> square(d * d);
  sum_(
      [&](mpi::Range block, std::span<double> partial) {
        std::fill(square.begin(), square.end(), 0.0);
        for (auto x = static_cast<std::size_t>(block.begin) - first_symbol_;
             x < static_cast<std::size_t>(block.end) - first_symbol_; ++x) {
          soften(x);
          add_covariance(x, square);
        }
        std::size_t at = 0;
        for (std::size_t s = 0; s < d; ++s)
          for (std::size_t t = s; t < d; ++t) partial[at++] += square[s * d + t];
      },
      triangle);
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

void CodebookDual::ask(Request request, std::span<double const> vector) {
  assert(comm_.rank() == 0);
  if (comm_.size() == 1) return;
  mpi::broadcast_value(comm_, static_cast<int>(request));
  if (request == Request::dismiss) return;
  std::vector<double> sent(vector.begin(), vector.end());
  mpi::broadcast(comm_, std::span(sent));
}

double CodebookDual::evaluate(std::span<double const> beta, std::span<double> gradient) {
  ask(Request::gradient, beta);
  return evaluate_here(beta, gradient);
}

void CodebookDual::hessian(std::span<double const> beta, linalg::MatrixView result) {
  ask(Request::hessian, beta);
  std::vector<double> triangle(triangle_size());
  hessian_here(beta, triangle);
  std::size_t at = 0;
  auto const d = static_cast<std::int64_t>(dimension());
  for (std::int64_t s = 0; s < d; ++s)
    for (std::int64_t t = s; t < d; ++t) result(s, t) = result(t, s) = triangle[at++];
}

void CodebookDual::prepare_products(std::span<double const> beta) {
  ask(Request::prepare, beta);
  prepare_here(beta);
}

void CodebookDual::hessian_times(std::span<double const> vector, std::span<double> result) {
  ask(Request::product, vector);
  product_here(vector, result);
}

void CodebookDual::dismiss() {
  ask(Request::dismiss, {});
}

void CodebookDual::serve() {
  std::vector<double> vector(dimension());
  std::vector<double> result(dimension());
  std::vector<double> triangle;
  while (true) {
    auto const request = static_cast<Request>(mpi::broadcast_value(comm_, 0));
    if (request == Request::dismiss) return;
    mpi::broadcast(comm_, std::span(vector));
    switch (request) {
      case Request::gradient:
        evaluate_here(vector, result);
        break;
      case Request::hessian:
        triangle.resize(triangle_size());
        hessian_here(vector, triangle);
        break;
      case Request::prepare:
        prepare_here(vector);
        break;
      case Request::product:
        product_here(vector, result);
        break;
      case Request::dismiss:
        break;
    }
  }
}

std::vector<double> CodebookDual::masses(std::span<double const> beta) {
  std::vector<double> shared(beta.begin(), beta.end());
  shared.resize(dimension());
  mpi::broadcast(comm_, std::span(shared));
  prepare_here(shared);
  std::vector<int> counts(static_cast<std::size_t>(comm_.size()));
  auto const mine = static_cast<int>(masses_.size());
  mpi::check(MPI_Allgather(&mine, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_.get()), "MPI_Allgather");
  std::vector<int> offsets(counts.size(), 0);
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  auto const total = static_cast<std::size_t>(offsets.back() + counts.back());
  std::vector<double> by_rank(comm_.rank() == 0 ? total : 0);
  std::vector<std::int64_t> numbers(by_rank.size());
  mpi::check(MPI_Gatherv(masses_.data(), mine, MPI_DOUBLE, by_rank.data(), counts.data(), offsets.data(),
                         MPI_DOUBLE, 0, comm_.get()),
             "MPI_Gatherv");
  mpi::check(MPI_Gatherv(codeword_number_.data(), mine, MPI_INT64_T, numbers.data(), counts.data(),
                         offsets.data(), MPI_INT64_T, 0, comm_.get()),
             "MPI_Gatherv");
  std::vector<double> ordered(by_rank.size());
  for (std::size_t j = 0; j < by_rank.size(); ++j) ordered[static_cast<std::size_t>(numbers[j])] = by_rank[j];
  return ordered;
}

}  // namespace thresher::entropy_coupling
