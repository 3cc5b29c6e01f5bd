#pragma once

#include "prox/design.hpp"
#include "prox/known_correlations.hpp"
#include "prox/lasso.hpp"
#include "prox/panel_gram.hpp"
#include "prox/top_columns.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace thresher::prox {

/// LASSO by working sets: full passes c = A^T r/n give the duality gap, discard columns by gap-safe screening
/// (Ndiaye et al. 2017) and name the columns that matter; the problem in those is solved on its Gram matrix,
/// which grows by the new columns alone. Columns whose correlation cannot have risen to lambda since it was
/// last computed, or by what is known of other residuals, are left out of a pass; the gap stays exact.
///
/// From one lambda to the next the columns that are about to enter are taken up before the first pass, which
/// then mostly confirms the solution.
///
/// All calls are collective over the design's communicator. The solver keeps its state from one lambda to the
/// next (warm starts). `design` must outlive it.
class WorkingSet {
 public:
  /// `b` has one entry per row, the same on all ranks.
  WorkingSet(Design const& design, std::span<double const> b, LassoOptions options);

  /// Solution at `lambda` > 0.
  LassoSolution solve(double lambda);

  /// Goes on with a solve that was stopped or loaded.
  LassoSolution finish();

  /// This rank's state between two passes, and a solver in that state again: one of the same design, `b` and
  /// options then takes the same steps, bit for bit.
  void save(bytes::Writer& state) const;
  void load(bytes::Reader& state);

  // The same step by step, so that several solvers can share the passes over one matrix:
  // start; while (!done()) take(products of wanted() with residual()); solution.

  void start(double lambda);
  bool done() const { return done_; }
  /// b - A beta at the current iterate.
  std::span<double const> residual() const { return residual_; }
  /// Duality gap over ||b||^2/(2n) as the last pass found it.
  double relative_gap() const;
  /// Local columns whose products with the residual the next step needs, ascending.
  std::span<std::int64_t const> wanted() const { return wanted_; }
  /// products[k] = A_{wanted()[k]} . residual().
  void take(std::span<double const> products);
  LassoSolution solution() const;

  /// ||A^T b||_inf/n, the least lambda with the solution 0. One pass over A unless one was made.
  double largest_lambda();
  /// Largest |A_j . residual()|/n over columns other than `excluded` (ascending, the same on all ranks).
  double largest_correlation_outside(std::span<std::int64_t const> excluded);
  // The same step by step: start_outside; take_outside(products of wanted() with residual()).
  void start_outside(std::span<std::int64_t const> excluded);
  double take_outside(std::span<double const> products);
  /// Local columns that screening has not discarded at the current lambda.
  std::span<std::int64_t const> candidates() const { return candidates_; }

 private:
  bool is_warm() const { return solves_ > 1; }
  void take_up_expected();
  std::vector<double> products_of_wanted() const;
  void plan_pass();
  void want_all();
  void screen(double alpha, double gap);
  std::vector<ScoredColumn> strongest_outside_support(std::int64_t count) const;
  std::int64_t support_size() const;
  std::int64_t panel_size() const { return static_cast<std::int64_t>(panel_columns_.size()); }
  void extend_panel(std::span<std::int64_t const> added);
  void keep_in_panel(std::vector<std::size_t> const& kept);
  linalg::MatrixView panel(std::int64_t columns) { return {panel_.data(), design_.panel_rows(), columns}; }
  void reserve_panel(std::int64_t capacity);
  PanelProblem panel_problem() const {
    return {n_, data_sq_ / static_cast<double>(n_), design_.nonzero_rows()};
  }
  void spread_gram();
  void solve_panel(double target_gap);
  void refresh_residual();

  Design const& design_;
  LassoOptions options_;
  std::int64_t n_;
  std::vector<double> b_;
  double data_sq_;
  double lambda_ = 0;

  std::int64_t solves_ = 0;  ///< that were started
  bool done_ = true;
  bool exact_ = false;  ///< the iterate is the exact solution in the columns of the panel
  double gap_ = std::numeric_limits<double>::infinity();  ///< until a pass tells it
  int rounds_within_tolerance_ = 0;
  double largest_lambda_ = 0;
  double largest_outside_ = 0;  ///< over columns whose correlation is known
  LassoSolution counts_;        ///< iterations, passes and flags so far

  std::vector<double> residual_;
  std::vector<std::int64_t> candidates_;
  std::vector<std::int64_t> wanted_;
  KnownCorrelations::Columns passed_columns_ = KnownCorrelations::Columns::some;  ///< `wanted_` are these
  KnownCorrelations known_;

  // Columns at hand (rows over ranks), their Gram matrix and coefficients.
  std::vector<std::int64_t> panel_columns_;
  std::unordered_map<std::int64_t, std::size_t> slot_;
  std::int64_t capacity_ = 0;
  std::vector<double> panel_;
  std::unique_ptr<PanelGram> gram_;
  bool is_spread_ = false;  ///< over the team, once it was too large for rank 0
  std::vector<double> beta_;
  std::vector<double> panel_b_;  ///< this rank's rows of b
};

}  // namespace thresher::prox
