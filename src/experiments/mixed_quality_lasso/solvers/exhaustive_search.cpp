#include "experiments/mixed_quality_lasso/solvers/exhaustive_search.hpp"

#include "mpi/partition.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace thresher::mixed_quality_lasso {

namespace {

/// Least of `count` >= 1 values, four lanes at a time (std::min keeps compilers from using them).
double minimum(double const* values, std::int64_t count) {
  using Lanes = double __attribute__((vector_size(32)));
  double least = values[0];
  std::int64_t k = 0;
  if (count >= 8) {
    Lanes low;
    std::memcpy(&low, values, sizeof low);
    for (k = 4; k + 4 <= count; k += 4) {
      Lanes next;
      std::memcpy(&next, values + k, sizeof next);
      low = next < low ? next : low;
    }
    for (int lane = 0; lane < 4; ++lane) least = std::min(least, low[lane]);
  }
  for (; k < count; ++k) least = std::min(least, values[k]);
  return least;
}

/// Depth-first search in lexicographic order with partial sums: at each node the loss of adding every later
/// variable is known, so that a leaf costs one addition.
class SubsetSearch {
 public:
  SubsetSearch(std::span<double const> linear, linalg::ConstMatrixView pair, std::int64_t size)
      : p_(static_cast<std::int64_t>(linear.size())), size_(size), pair_(pair) {
    // binomial_[k][m] = C(m, k) for the sizes of subtrees.
    binomial_.assign(static_cast<std::size_t>(size + 1),
                     std::vector<std::int64_t>(static_cast<std::size_t>(p_ + 1), 0));
    for (std::int64_t m = 0; m <= p_; ++m) binomial_[0][static_cast<std::size_t>(m)] = 1;
    for (std::size_t k = 1; k <= static_cast<std::size_t>(size); ++k)
      for (std::size_t m = 1; m <= static_cast<std::size_t>(p_); ++m)
        binomial_[k][m] = binomial_[k][m - 1] + binomial_[k - 1][m - 1];
    increments_.assign(static_cast<std::size_t>(size), std::vector<double>(linear.begin(), linear.end()));
    chosen_.resize(static_cast<std::size_t>(size));
  }

  std::int64_t subsets() const {
    return binomial_[static_cast<std::size_t>(size_)][static_cast<std::size_t>(p_)];
  }

  /// What an earlier search of smaller numbers has found.
  void start_with(double loss, std::vector<std::int64_t> best) {
    best_loss_ = loss;
    best_ = std::move(best);
  }

  /// Visits the subsets numbered [begin, end) in lexicographic order.
  void run(std::int64_t begin, std::int64_t end) {
    begin_ = begin;
    end_ = end;
    if (begin < end) descend(0, 0, 0.0, 0);
  }

  double best_loss() const { return best_loss_; }
  std::vector<std::int64_t> const& best() const { return best_; }

 private:
  /// Subtree of the chosen first `depth` variables; its subsets are numbered from `number` on.
  void descend(std::int64_t depth, std::int64_t first, double loss, std::int64_t number) {
    auto const& increments = increments_[static_cast<std::size_t>(depth)];
    if (depth + 1 == size_) {
      std::int64_t const from = first + std::max<std::int64_t>(begin_ - number, 0);
      std::int64_t const to = std::min(p_, first + end_ - number);
      scan_leaves(increments, from, to, loss);
      return;
    }
    auto& next = increments_[static_cast<std::size_t>(depth + 1)];
    for (std::int64_t j = first; j <= p_ - (size_ - depth); ++j) {
      std::int64_t const leaves =
          binomial_[static_cast<std::size_t>(size_ - depth - 1)][static_cast<std::size_t>(p_ - 1 - j)];
      if (number >= end_) return;
      if (number + leaves > begin_) {
        auto const column = pair_.column(j);
        double* const to = next.data();
        double const* const from = increments.data();
        for (std::int64_t k = j + 1; k < p_; ++k) to[k] = from[k] + column[static_cast<std::size_t>(k)];
        chosen_[static_cast<std::size_t>(depth)] = j;
        descend(depth + 1, j + 1, loss + increments[static_cast<std::size_t>(j)], number);
      }
      number += leaves;
    }
  }

  void scan_leaves(std::vector<double> const& increments, std::int64_t from, std::int64_t to, double loss) {
    if (from >= to) return;
    double const least = minimum(increments.data() + from, to - from);
    if (!(loss + least < best_loss_)) return;
    best_loss_ = loss + least;
    best_.assign(chosen_.begin(), chosen_.end());
    best_.back() = std::find(increments.begin() + from, increments.begin() + to, least) - increments.begin();
  }

  std::int64_t p_;
  std::int64_t size_;
  linalg::ConstMatrixView pair_;
  std::vector<std::vector<std::int64_t>> binomial_;
  std::vector<std::vector<double>> increments_;  ///< per depth: what each variable would add
  std::vector<std::int64_t> chosen_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  double best_loss_ = std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> best_;
};

}  // namespace

std::vector<std::int64_t> best_subset(mpi::Communicator const& comm, std::span<double const> linear,
                                      linalg::ConstMatrixView pair, std::int64_t size,
                                      SearchedSubsets& searched,
                                      std::function<void(double part)> const& between,
                                      std::int64_t subsets_a_round) {
  SubsetSearch search(linear, pair, size);
  search.start_with(searched.least, searched.best);
  auto const mine = mpi::share(search.subsets(), comm.rank(), comm.size());
  auto const largest_share = mpi::share(search.subsets(), 0, comm.size()).size();
  auto const rounds = (largest_share + subsets_a_round - 1) / subsets_a_round;
  while (searched.rounds < rounds) {
    auto const begin = std::min(mine.begin + searched.rounds * subsets_a_round, mine.end);
    search.run(begin, std::min(begin + subsets_a_round, mine.end));
    searched = {searched.rounds + 1, search.best_loss(), search.best()};
    if (searched.rounds < rounds) between(static_cast<double>(searched.rounds) / static_cast<double>(rounds));
  }
  // Ranges ascend with the rank: the lowest rank with the least loss has the first subset.
  double const least = mpi::min(comm, search.best_loss());
  double const winner = mpi::min(comm, search.best_loss() == least ? comm.rank() : comm.size());
  std::vector<std::int64_t> best(search.best());
  best.resize(static_cast<std::size_t>(size));
  mpi::broadcast(comm, std::span(best), static_cast<int>(winner));
  return best;
}

}  // namespace thresher::mixed_quality_lasso
