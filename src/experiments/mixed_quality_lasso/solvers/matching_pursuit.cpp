#include "experiments/mixed_quality_lasso/solvers/matching_pursuit.hpp"

#include "linalg/column_products.hpp"
#include "prox/top_columns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace thresher::mixed_quality_lasso {

namespace {

/// Thin QR factors of the chosen columns, rows of Q over the ranks.
class ChosenColumns {
 public:
  ChosenColumns(prox::Design const& design, std::span<double const> b)
      : design_(design), part_(static_cast<std::size_t>(design.panel_rows())), residual_(b.begin(), b.end()) {
    design.take_panel_rows(b, part_);
  }

  std::vector<double> const& residual() const { return residual_; }
  std::vector<std::int64_t> const& columns() const { return columns_; }

  /// False when the column depends on the chosen ones.
  bool add(std::int64_t column) {
    std::vector<double> q(part_.size());
    design_.gather_panel({&column, 1}, {q.data(), static_cast<std::int64_t>(q.size()), 1});
    std::vector<double> coefficients(basis_.size() + 1, 0.0);
    double const length = norm(q);
    for (int repeat = 0; repeat < 2; ++repeat) {  // twice is enough (Giraud et al. 2005)
      std::vector<double> overlaps;
      for (auto const& other : basis_) overlaps.push_back(linalg::inner_product(other, q));
      mpi::sum_in_place(design_.communicator(), overlaps);
      for (std::size_t k = 0; k < basis_.size(); ++k) {
        coefficients[k] += overlaps[k];
        for (std::size_t i = 0; i < q.size(); ++i) q[i] -= overlaps[k] * basis_[k][i];
      }
    }
    double const left = norm(q);
    if (!(left > 1e-12 * length)) return false;
    coefficients.back() = left;
    for (double& value : q) value /= left;
    double const projection = mpi::sum(design_.communicator(), linalg::inner_product(q, part_));
    for (std::size_t i = 0; i < q.size(); ++i) part_[i] -= projection * q[i];
    design_.assemble_rows(part_, residual_);
    basis_.push_back(std::move(q));
    triangle_.push_back(std::move(coefficients));
    projections_.push_back(projection);
    columns_.push_back(column);
    return true;
  }

  bool has(std::int64_t column) const {
    return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
  }

  prox::SparseVector solution() const {
    std::vector<double> x(projections_);
    for (std::size_t k = x.size(); k-- > 0;) {
      x[k] /= triangle_[k][k];
      for (std::size_t i = 0; i < k; ++i) x[i] -= triangle_[k][i] * x[k];
    }
    std::vector<std::size_t> order(columns_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t c) { return columns_[a] < columns_[c]; });
    prox::SparseVector sorted;
    for (auto const k : order) {
      sorted.indices.push_back(columns_[k]);
      sorted.values.push_back(x[k]);
    }
    return sorted;
  }

 private:
  double norm(std::span<double const> v) const {
    return std::sqrt(mpi::sum(design_.communicator(), linalg::inner_product(v, v)));
  }

  prox::Design const& design_;
  std::vector<double> part_;  ///< this rank's rows of the residual
  std::vector<double> residual_;
  std::vector<std::int64_t> columns_;
  std::vector<std::vector<double>> basis_;
  std::vector<std::vector<double>> triangle_;  ///< columns of R
  std::vector<double> projections_;            ///< Q^T b
};

}  // namespace

prox::SparseVector matching_pursuit(prox::Design const& design, std::span<double const> b, std::int64_t steps,
                                    std::span<std::int64_t const> first, BeforeStep const& before_step) {
  auto const local = design.local_columns();
  std::vector<std::int64_t> all(static_cast<std::size_t>(local.size()));
  std::iota(all.begin(), all.end(), local.begin);
  std::vector<double> products(all.size());
  std::vector<double> norms(all.size());
  ChosenColumns chosen(design, b);
  for (auto const column : first) chosen.add(column);
  auto const begin = static_cast<std::int64_t>(first.size());
  for (std::int64_t step = begin; step < steps; ++step) {
    before_step(static_cast<double>(step) / static_cast<double>(steps), chosen.columns());
    design.correlate(all, linalg::ConstMatrixView(chosen.residual().data(), design.rows(), 1),
                     linalg::MatrixView(products.data(), local.size(), 1));
    if (step == begin) design.squared_norms(all, norms);
    prox::ScoredColumn best{-1, 0};
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (!(norms[k] > 0) || chosen.has(all[k])) continue;
      double const score = std::abs(products[k]) / std::sqrt(norms[k]);
      if (score > best.score) best = {score, all[k]};
    }
    auto const top = prox::top_columns(
        design.communicator(), best.score >= 0 ? std::vector{best} : std::vector<prox::ScoredColumn>{}, 1);
    if (top.empty() || !(top.front().score > 0) || !chosen.add(top.front().column)) break;
  }
  return chosen.solution();
}

}  // namespace thresher::mixed_quality_lasso
