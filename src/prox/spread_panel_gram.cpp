#include "prox/spread_panel_gram.hpp"

#include "linalg/column_products.hpp"
#include "linalg/tiled_matrix.hpp"
#include "prox/gram_descent.hpp"
#include "prox/lasso.hpp"
#include "prox/operators.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::prox {

namespace {

/// Rows that one rank holds together: few enough that the others hardly wait for the block's own descent.
constexpr std::int64_t kBlock = 64;
/// Entries that are summed at once.
constexpr std::int64_t kPanelEntries = std::int64_t{1} << 23;

/// Which rows a rank holds.
class Dealt {
 public:
  Dealt(int rank, int ranks) : rank_(rank), ranks_(ranks) {}

  int owner(std::int64_t row) const { return static_cast<int>(row / kBlock % ranks_); }
  bool holds(std::int64_t row) const { return owner(row) == rank_; }
  std::int64_t local(std::int64_t row) const { return row / kBlock / ranks_ * kBlock + row % kBlock; }
  /// How many of the first `size` rows.
  std::int64_t count(std::int64_t size) const {
    std::int64_t const round = kBlock * ranks_;
    return size / round * kBlock + std::clamp<std::int64_t>(size % round - kBlock * rank_, 0, kBlock);
  }
  /// Calls work(row) for this rank's rows among the first `size`, ascending.
  template <class Work>
  void for_each(std::int64_t size, Work work) const {
    for (std::int64_t begin = kBlock * rank_; begin < size; begin += kBlock * ranks_)
      for (std::int64_t row = begin; row < std::min(begin + kBlock, size); ++row) work(row);
  }

 private:
  int rank_;
  int ranks_;
};

class SpreadDescent {
 public:
  SpreadDescent(mpi::Communicator const& comm, linalg::ConstMatrixView rows, std::span<double const> h,
                PanelProblem const& problem, double lambda, std::span<double> beta)
      : comm_(comm),
        dealt_(comm.rank(), comm.size()),
        rows_(rows),
        h_(h),
        problem_(problem),
        lambda_(lambda),
        beta_(beta),
        q_(static_cast<std::size_t>(rows.rows)) {
    refresh();
  }

  bool sweep_all() {
    return sweep([](double) { return true; });
  }
  bool sweep_support() {
    return sweep([](double value) { return value != 0; });
  }

  double gap() const {
    double sums[2] = {0, 0};  // beta.h, beta.q
    double largest = 0;
    dealt_.for_each(size(), [&](std::int64_t j) {
      double const q = q_[static_cast<std::size_t>(dealt_.local(j))];
      sums[0] += beta_[static_cast<std::size_t>(j)] * h_[static_cast<std::size_t>(j)];
      sums[1] += beta_[static_cast<std::size_t>(j)] * q;
      largest = std::max(largest, std::abs(q));
    });
    mpi::sum_in_place(comm_, sums);
    GapTerms terms;
    terms.largest_correlation = mpi::max(comm_, largest);
    for (double const value : beta_) terms.l1_norm += std::abs(value);
    terms.residual_sq_over_n = problem_.data_sq_over_n - sums[0] - sums[1];
    terms.data_residual_over_n = problem_.data_sq_over_n - sums[0];
    return mpi::broadcast_value(comm_, duality_gap(terms, lambda_));
  }

  std::size_t support_size() const {
    return static_cast<std::size_t>(
        std::count_if(beta_.begin(), beta_.end(), [](double value) { return value != 0; }));
  }

  PolishStep polish() {
    std::vector<std::size_t> support;
    for (std::size_t j = 0; j < beta_.size(); ++j)
      if (beta_[j] != 0) support.push_back(j);
    auto const count = static_cast<std::int64_t>(support.size());
    if (count == 0 || count > problem_.largest_rank) return PolishStep::impossible;
    linalg::TiledMatrix factor(comm_, count);
    factor.set_sum([&](mpi::Range columns, linalg::MatrixView panel) {
      for (std::int64_t i = columns.begin; i < count; ++i) {
        auto const row = static_cast<std::int64_t>(support[static_cast<std::size_t>(i)]);
        if (!dealt_.holds(row)) continue;
        for (std::int64_t j = columns.begin; j < std::min(columns.end, i + 1); ++j)
          panel(i - columns.begin, j - columns.begin) =
              rows_(dealt_.local(row), static_cast<std::int64_t>(support[static_cast<std::size_t>(j)]));
      }
    });
    if (!factor.factor()) return PolishStep::impossible;
    std::vector<double> target;
    for (auto const j : support) target.push_back(h_[j] - std::copysign(lambda_, beta_[j]));
    factor.solve(linalg::MatrixView(target.data(), count, 1));
    bool const arrived = mpi::broadcast_value(comm_, move_within_signs(beta_, support, target));
    mpi::broadcast(comm_, beta_);
    refresh();
    return arrived && is_optimal() ? PolishStep::exact : PolishStep::moved;
  }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(beta_.size()); }

  /// This rank's rows of q = h - G beta.
  void refresh() {
    dealt_.for_each(size(), [&](std::int64_t j) {
      q_[static_cast<std::size_t>(dealt_.local(j))] = h_[static_cast<std::size_t>(j)];
    });
    for (std::int64_t j = 0; j < size(); ++j) subtract(j, beta_[static_cast<std::size_t>(j)]);
  }

  void subtract(std::int64_t column, double change) {
    if (change == 0) return;
    double const* const entries = rows_.column(column).data();
    for (std::size_t i = 0; i < q_.size(); ++i) q_[i] -= change * entries[i];
  }

  /// One pass over the variables whose value is `wanted`. Returns whether the signed support stayed the same.
  template <class Wanted>
  bool sweep(Wanted wanted) {
    bool same = true;
    std::vector<double> updated;
    for (std::int64_t begin = 0; begin < size(); begin += kBlock) {
      auto const block = beta_.subspan(static_cast<std::size_t>(begin),
                                       static_cast<std::size_t>(std::min(kBlock, size() - begin)));
      if (std::ranges::none_of(block, wanted)) continue;
      updated.assign(block.begin(), block.end());
      if (dealt_.holds(begin)) descend_in_block(begin, wanted, updated);
      mpi::broadcast(comm_, std::span(updated), dealt_.owner(begin));
      for (std::size_t k = 0; k < block.size(); ++k) {
        double const old = block[k];
        block[k] = updated[k];
        subtract(begin + static_cast<std::int64_t>(k), updated[k] - old);
        same &= (updated[k] != 0) == (old != 0) && updated[k] * old >= 0;
      }
    }
    return same;
  }

  template <class Wanted>
  void descend_in_block(std::int64_t begin, Wanted wanted, std::span<double> values) const {
    auto const count = static_cast<std::int64_t>(values.size());
    auto const gram = rows_.block(dealt_.local(begin), begin, count, count);
    std::vector<double> q(q_.begin() + dealt_.local(begin), q_.begin() + dealt_.local(begin) + count);
    for (std::int64_t k = 0; k < count; ++k) {
      double& value = values[static_cast<std::size_t>(k)];
      double const curvature = gram(k, k);
      if (curvature <= 0 || !wanted(value)) continue;  // 0: a column of zeros
      double const old = value;
      value = soft_threshold(q[static_cast<std::size_t>(k)] + curvature * old, lambda_) / curvature;
      if (value == old) continue;
      for (std::int64_t i = 0; i < count; ++i) q[static_cast<std::size_t>(i)] -= (value - old) * gram(i, k);
    }
  }

  bool is_optimal() const {
    double const slack = 1e-11;  // rounding of q
    bool optimal = true;
    dealt_.for_each(size(), [&](std::int64_t j) {
      optimal = optimal && (beta_[static_cast<std::size_t>(j)] != 0 ||
                            std::abs(q_[static_cast<std::size_t>(dealt_.local(j))]) <= lambda_ * (1 + slack));
    });
    return mpi::min(comm_, optimal ? 1 : 0) > 0;
  }

  mpi::Communicator const& comm_;
  Dealt dealt_;
  linalg::ConstMatrixView rows_;
  std::span<double const> h_;
  PanelProblem const& problem_;
  double lambda_;
  std::span<double> beta_;
  std::vector<double> q_;  ///< this rank's rows of h - G beta
};

}  // namespace

double SpreadPanelGram::bytes_per_rank(double size, int ranks) {
  // While it grows, the old and the new rows, with room for more; the factor.
  return 2.5 * sizeof(double) * size * size / ranks + linalg::TiledMatrix::bytes_per_rank(size / 2, ranks) +
         linalg::TiledMatrix::buffer_bytes(size);
}

void SpreadPanelGram::reserve(std::int64_t size) {
  Dealt const dealt(comm_.rank(), comm_.size());
  if (size <= column_capacity_) return;
  std::int64_t const columns = std::max(size, column_capacity_ + column_capacity_ / 4);
  std::int64_t const rows = dealt.count(columns);
  std::vector<double> grown(static_cast<std::size_t>(rows * columns));
  std::int64_t const held = dealt.count(size_);
  for (std::int64_t j = 0; j < size_; ++j)
    std::copy_n(rows_.begin() + j * row_capacity_, held, grown.begin() + j * rows);
  rows_ = std::move(grown);
  row_capacity_ = rows;
  column_capacity_ = columns;
}

void SpreadPanelGram::extend(linalg::ConstMatrixView panel, std::span<double const> panel_b) {
  reserve(panel.columns);
  extend_by_sums(panel);
  double const scale = 1 / static_cast<double>(problem_.rows);
  std::vector<double> fresh;
  for (std::int64_t j = size_; j < panel.columns; ++j)
    fresh.push_back(scale * linalg::inner_product(panel.column(j), panel_b));
  mpi::sum_in_place(comm_, fresh);
  mpi::broadcast(comm_, std::span(fresh));
  h_.insert(h_.end(), fresh.begin(), fresh.end());
  size_ = panel.columns;
}

void SpreadPanelGram::extend_by_sums(linalg::ConstMatrixView panel) {
  std::int64_t const size = panel.columns;
  std::int64_t const at_once = std::max(kPanelEntries / size / kBlock, std::int64_t{1}) * kBlock;
  linalg::MatrixView const gram(rows_.data(), row_capacity_, column_capacity_,
                                std::max<std::int64_t>(row_capacity_, 1));
  std::vector<double> products;
  std::vector<double> outgoing;
  std::vector<double> own;
  for (std::int64_t begin = size_; begin < size; begin += at_once) {
    std::int64_t const end = std::min(begin + at_once, size);
    products.assign(static_cast<std::size_t>(size * (end - begin)), 0.0);
    linalg::MatrixView const part(products.data(), size, end - begin);
    if (panel.rows > 0)
      linalg::gemm(linalg::Transpose::yes, linalg::Transpose::no, 1 / static_cast<double>(problem_.rows),
                   panel, panel.block(0, begin, panel.rows, end - begin), 0, part);
    // A rank gets its rows of the new columns, and what its new rows have in the old columns.
    outgoing.clear();
    std::vector<int> counts;
    for (int to = 0; to < comm_.size(); ++to) {
      auto const before = outgoing.size();
      Dealt const dealt(to, comm_.size());
      for (std::int64_t j = begin; j < end; ++j)
        dealt.for_each(size, [&](std::int64_t i) { outgoing.push_back(part(i, j - begin)); });
      for (std::int64_t j = begin; j < end; ++j)
        if (dealt.holds(j))
          for (std::int64_t i = 0; i < size_; ++i) outgoing.push_back(part(i, j - begin));
      counts.push_back(static_cast<int>(outgoing.size() - before));
    }
    own.resize(static_cast<std::size_t>(counts[static_cast<std::size_t>(comm_.rank())]));
    mpi::check(
        MPI_Reduce_scatter(outgoing.data(), own.data(), counts.data(), MPI_DOUBLE, MPI_SUM, comm_.get()),
        "MPI_Reduce_scatter");
    Dealt const dealt(comm_.rank(), comm_.size());
    auto next = own.begin();
    for (std::int64_t j = begin; j < end; ++j)
      dealt.for_each(size, [&](std::int64_t i) { gram(dealt.local(i), j) = *next++; });
    for (std::int64_t j = begin; j < end; ++j)
      if (dealt.holds(j))
        for (std::int64_t i = 0; i < size_; ++i) gram(dealt.local(j), i) = *next++;
  }
}

void SpreadPanelGram::keep(std::span<std::size_t const>, linalg::ConstMatrixView panel,
                           std::span<double const> panel_b) {
  // Rows would change their ranks. Making the few that are kept again costs a part of what growing took.
  size_ = 0;
  h_.clear();
  extend(panel, panel_b);
}

GramLassoOutcome SpreadPanelGram::solve(double lambda, GramLassoOptions const& options,
                                        std::span<double> beta) {
  linalg::ConstMatrixView const rows(rows_.data(), Dealt(comm_.rank(), comm_.size()).count(size_), size_,
                                     std::max<std::int64_t>(row_capacity_, 1));
  SpreadDescent descent(comm_, rows, h_, problem_, lambda, beta);
  return descend(descent, beta.size(), options);
}

void SpreadPanelGram::save(bytes::Writer& state) const {
  state.put(size_);
  auto const held = static_cast<std::size_t>(Dealt(comm_.rank(), comm_.size()).count(size_));
  for (std::int64_t j = 0; j < size_; ++j)
    state.put(std::span(rows_).subspan(static_cast<std::size_t>(j * row_capacity_), held));
  state.put(h_);
}

void SpreadPanelGram::load(bytes::Reader& state) {
  auto const size = state.get<std::int64_t>();
  reserve(size);
  size_ = size;
  for (std::int64_t j = 0; j < size_; ++j)
    std::ranges::copy(state.get<std::vector<double>>(), rows_.begin() + j * row_capacity_);
  h_ = state.get<std::vector<double>>();
}

}  // namespace thresher::prox
