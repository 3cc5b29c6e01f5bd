#include "experiments/mixed_quality_lasso/solvers/local_search.hpp"

#include "linalg/column_products.hpp"
#include "prox/top_columns.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

class Swaps {
 public:
  Swaps(prox::Design const& design, std::span<double const> b, double rho, std::vector<std::int64_t> start)
      : design_(design),
        b_(b),
        rho_(rho),
        subset_(std::move(start)),
        all_(static_cast<std::size_t>(local().size())) {
    std::iota(all_.begin(), all_.end(), local().begin);
    rows_.resize(subset_.size());
    residual_ = subset_residual(design_, b_, rho_, subset_);
    // Two vectors at a time keep the memory of a large team's pass small.
    correlate(residual_, correlation_);
    for (std::size_t k = 0; k < subset_.size(); ++k) correlate(column(subset_[k]), rows_[k]);
    norms_.resize(all_.size());
    design_.squared_norms(all_, norms_);
  }

  struct Swap {
    double change = std::numeric_limits<double>::infinity();
    std::size_t out = 0;  ///< position in the subset
    std::int64_t in = 0;
  };

  /// The swap that lowers the loss most; ties go to the lower entering column, then the lower leaving one.
  Swap best() const {
    auto const& comm = design_.communicator();
    auto const leaving =
        on_all_ranks([&](std::size_t at) { return rho_ * rho_ * norms_[at] + 2 * rho_ * correlation_[at]; });
    Swap mine;
    for (std::size_t k = 0; k < all_.size(); ++k) {
      if (std::binary_search(subset_.begin(), subset_.end(), all_[k])) continue;
      double const entering = rho_ * rho_ * norms_[k] - 2 * rho_ * correlation_[k];
      for (std::size_t i = 0; i < subset_.size(); ++i) {
        double const change = leaving[i] + entering - 2 * rho_ * rho_ * rows_[i][k];
        if (change < mine.change) mine = {change, i, all_[k]};
      }
    }
    auto const winner = prox::top_columns(comm, {{-mine.change, mine.in}}, 1).front();
    int const owns = mine.in == winner.column && -mine.change == winner.score ? comm.rank() : comm.size();
    int const owner = static_cast<int>(mpi::min(comm, owns));
    return mpi::broadcast_value(comm, mine, owner);
  }

  void apply(Swap const& swap) {
    subset_.erase(subset_.begin() + static_cast<std::ptrdiff_t>(swap.out));
    rows_.erase(rows_.begin() + static_cast<std::ptrdiff_t>(swap.out));
    auto const at = std::lower_bound(subset_.begin(), subset_.end(), swap.in) - subset_.begin();
    subset_.insert(subset_.begin() + at, swap.in);
    residual_ = subset_residual(design_, b_, rho_, subset_);
    auto const entered = column(swap.in);
    // The new correlations and the new row share one pass.
    std::int64_t const n = design_.rows();
    std::vector<double> vectors(residual_);
    vectors.insert(vectors.end(), entered.begin(), entered.end());
    auto const count = static_cast<std::int64_t>(all_.size());
    std::vector<double> products(static_cast<std::size_t>(2 * count));
    design_.correlate(all_, {vectors.data(), n, 2},
                      {products.data(), count, 2, std::max<std::int64_t>(count, 1)});
    correlation_.assign(products.begin(), products.begin() + count);
    rows_.insert(rows_.begin() + at, std::vector<double>(products.begin() + count, products.end()));
  }

  double loss() const { return linalg::inner_product(residual_, residual_); }
  std::vector<std::int64_t> const& subset() const { return subset_; }

 private:
  mpi::Range local() const { return design_.local_columns(); }

  void correlate(std::span<double const> vector, std::vector<double>& products) const {
    products.resize(all_.size());
    design_.correlate(all_, {vector.data(), design_.rows(), 1},
                      {products.data(), static_cast<std::int64_t>(products.size()), 1});
  }

  std::vector<double> column(std::int64_t index) const {
    std::vector<double> part(static_cast<std::size_t>(design_.panel_rows()));
    design_.gather_panel({&index, 1}, {part.data(), static_cast<std::int64_t>(part.size()), 1});
    std::vector<double> full(static_cast<std::size_t>(design_.rows()));
    design_.assemble_rows(part, full);
    return full;
  }

  /// value(local index) of every column of the subset, from its owner: the others add zeros.
  template <class Value>
  std::vector<double> on_all_ranks(Value value) const {
    std::vector<double> values(subset_.size(), 0.0);
    for (std::size_t i = 0; i < subset_.size(); ++i)
      if (subset_[i] >= local().begin && subset_[i] < local().end)
        values[i] = value(static_cast<std::size_t>(subset_[i] - local().begin));
    mpi::sum_in_place(design_.communicator(), values);
    return values;
  }

  prox::Design const& design_;
  std::span<double const> b_;
  double rho_;
  std::vector<std::int64_t> subset_;
  std::vector<std::int64_t> all_;
  std::vector<double> residual_;
  std::vector<double> correlation_;        ///< A_j.r of local columns
  std::vector<std::vector<double>> rows_;  ///< A_i.A_j, a row for each i of the subset
  std::vector<double> norms_;
};

}  // namespace

SwapSearch search_by_swaps(prox::Design const& design, std::span<double const> b, double rho,
                           std::vector<std::int64_t> start,
                           std::function<void(std::span<std::int64_t const> subset)> const& after_swap) {
  Swaps swaps(design, b, rho, std::move(start));
  double const least_gain = 1e-9 * linalg::inner_product(b, b);
  for (auto swap = swaps.best(); swap.change < -least_gain; swap = swaps.best()) {
    swaps.apply(swap);
    after_swap(swaps.subset());
  }
  return {swaps.subset(), swaps.loss()};
}

std::vector<double> subset_residual(prox::Design const& design, std::span<double const> b, double rho,
                                    std::span<std::int64_t const> subset) {
  auto const columns = static_cast<std::int64_t>(subset.size());
  std::int64_t const held = design.panel_rows();
  std::vector<double> panel(static_cast<std::size_t>(held * columns));
  design.gather_panel(subset, {panel.data(), held, columns});
  std::vector<double> part(static_cast<std::size_t>(held));
  design.take_panel_rows(b, part);
  std::vector<double const*> pointers;
  for (std::int64_t k = 0; k < columns; ++k) pointers.push_back(panel.data() + k * held);
  linalg::add_combination(pointers, std::vector<double>(subset.size(), -rho), part);
  std::vector<double> residual(b.size());
  design.assemble_rows(part, residual);
  return residual;
}

}  // namespace thresher::mixed_quality_lasso
