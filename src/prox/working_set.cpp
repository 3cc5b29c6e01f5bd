#include "prox/working_set.hpp"

#include "linalg/column_products.hpp"
#include "linalg/shared_state.hpp"
#include "prox/spread_panel_gram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace thresher::prox {

namespace {

constexpr std::int64_t kSmallestWorkingSet = 64;
/// Rounds beyond the tolerance that are spent on reaching the exact solution of the signed support.
constexpr int kPolishRounds = 3;
/// Bounds are compared with lambda with this slack, which covers the rounding of products and norms.
constexpr double kBoundSlack = 1e-9;
/// Along a path, columns with this part of the correlation that matters are taken up before they matter.
constexpr double kExpected = 0.97;
/// Along a path, a pass that needs this part of the columns takes all, for the sake of later ones.
constexpr double kWholePassShare = 0.2;

}  // namespace

WorkingSet::WorkingSet(Design const& design, std::span<double const> b, LassoOptions options)
    : design_(design),
      options_(options),
      n_(design.rows()),
      b_(b.begin(), b.end()),
      data_sq_(linalg::inner_product(b, b)),
      residual_(b_),
      known_(design),
      panel_b_(static_cast<std::size_t>(design.panel_rows())) {
  known_.refer_to(residual_);
  design_.take_panel_rows(b_, panel_b_);
  gram_ = std::make_unique<LocalPanelGram>(design_.communicator(), panel_problem());
}

LassoSolution WorkingSet::solve(double lambda) {
  start(lambda);
  return finish();
}

LassoSolution WorkingSet::finish() {
  while (!done_) {
    take(products_of_wanted());
    if (options_.stopping && options_.stopping(relative_gap())) break;
  }
  return solution();
}

double WorkingSet::relative_gap() const {
  return data_sq_ > 0 ? gap_ / (data_sq_ / (2 * static_cast<double>(n_))) : 0;
}

std::vector<double> WorkingSet::products_of_wanted() const {
  std::vector<double> products(wanted_.size());
  design_.correlate(wanted_, linalg::ConstMatrixView(residual_.data(), n_, 1),
                    linalg::MatrixView(products.data(), static_cast<std::int64_t>(products.size()), 1));
  return products;
}

void WorkingSet::start(double lambda) {
  lambda_ = lambda;
  done_ = false;
  exact_ = false;
  rounds_within_tolerance_ = 0;
  counts_ = {};
  auto const local = design_.local_columns();
  candidates_.resize(static_cast<std::size_t>(local.size()));
  std::iota(candidates_.begin(), candidates_.end(), local.begin);
  ++solves_;
  if (is_warm()) {
    take_up_expected();
    if (panel_size() > 0) {
      solve_panel(0.1 * options_.tolerance * data_sq_ / (2 * static_cast<double>(n_)));
      refresh_residual();
    }
  }
  plan_pass();
}

void WorkingSet::take_up_expected() {
  auto const local = design_.local_columns();
  std::vector<ScoredColumn> found;
  for (auto column = local.begin; column < local.end; ++column) {
    double const correlation = known_.estimate(column);
    if (correlation >= kExpected * lambda_ && !slot_.contains(column)) found.push_back({correlation, column});
  }
  std::vector<std::int64_t> added;
  for (auto const& expected :
       top_columns(design_.communicator(), std::move(found), std::max(support_size(), kSmallestWorkingSet)))
    added.push_back(expected.column);
  extend_panel(added);
}

void WorkingSet::plan_pass() {
  known_.refer_to(residual_);
  wanted_.clear();
  for (auto const column : candidates_)
    if (known_.upper_bound(column) >= lambda_ * (1 - kBoundSlack)) wanted_.push_back(column);
  auto const count = mpi::sum(design_.communicator(), static_cast<double>(wanted_.size()));
  auto const all = static_cast<double>(design_.columns());
  passed_columns_ = KnownCorrelations::Columns::some;
  if (count == all || (is_warm() && count > kWholePassShare * all)) want_all();
}

void WorkingSet::want_all() {
  auto const local = design_.local_columns();
  wanted_.resize(static_cast<std::size_t>(local.size()));
  std::iota(wanted_.begin(), wanted_.end(), local.begin);
  passed_columns_ = KnownCorrelations::Columns::all;
}

void WorkingSet::take(std::span<double const> products) {
  auto const& comm = design_.communicator();
  known_.record(wanted_, products, passed_columns_);
  ++counts_.full_passes;

  GapTerms terms;
  double largest = 0;
  for (double const product : products) largest = std::max(largest, std::abs(product));
  terms.largest_correlation = mpi::max(comm, largest) / static_cast<double>(n_);
  terms.residual_sq_over_n = linalg::inner_product(residual_, residual_) / static_cast<double>(n_);
  terms.data_residual_over_n = linalg::inner_product(b_, residual_) / static_cast<double>(n_);
  for (double const value : beta_) terms.l1_norm += std::abs(value);
  gap_ = mpi::broadcast_value(comm, duality_gap(terms, lambda_));

  double const scale = data_sq_ / (2 * static_cast<double>(n_));
  bool const within_tolerance = gap_ <= options_.tolerance * scale;
  auto const finish = [&](bool polished) {
    counts_.polished = polished;
    counts_.converged = within_tolerance || (polished && gap_ <= kPolishedGap * scale);
    done_ = true;
  };
  screen(dual_scaling(terms, lambda_), std::max(gap_, 0.0));
  if (scale == 0) return finish(true);
  if (exact_ && gap_ <= kPolishedGap * scale) return finish(true);
  if (counts_.iterations >= options_.max_iterations) return finish(false);
  if (within_tolerance && rounds_within_tolerance_++ == kPolishRounds) return finish(false);

  std::int64_t const support = support_size();
  std::int64_t const size = std::min(std::max(2 * support, kSmallestWorkingSet), 4 * n_);
  auto const strongest = strongest_outside_support(size - support);
  std::vector<std::int64_t> added;
  for (auto const& candidate : strongest)
    if (!slot_.contains(candidate.column) && (!is_warm() || candidate.score >= kExpected * lambda_))
      added.push_back(candidate.column);
  if (exact_ && added.empty()) return finish(false);  // rounding is all that is left
  if (panel_size() + static_cast<std::int64_t>(added.size()) > std::max<std::int64_t>(4 * size, 512)) {
    std::vector<std::size_t> kept;
    for (std::size_t k = 0; k < panel_columns_.size(); ++k)
      if (beta_[k] != 0 || std::any_of(strongest.begin(), strongest.end(), [&](auto const& candidate) {
            return candidate.column == panel_columns_[k];
          }))
        kept.push_back(k);
    keep_in_panel(kept);
  }
  extend_panel(added);
  solve_panel(0.1 * gap_);
  refresh_residual();
  plan_pass();
}

void WorkingSet::screen(double alpha, double gap) {
  double const radius = std::sqrt(2 * gap);
  std::erase_if(candidates_, [&](std::int64_t column) {
    return known_.upper_bound(column) * alpha + known_.norm(column) * radius < lambda_ * (1 - kBoundSlack);
  });
}

std::int64_t WorkingSet::support_size() const {
  return std::count_if(beta_.begin(), beta_.end(), [](double value) { return value != 0; });
}

std::vector<ScoredColumn> WorkingSet::strongest_outside_support(std::int64_t count) const {
  std::vector<ScoredColumn> found;
  if (count <= 0) return found;
  for (auto const column : wanted_) {
    auto const slot = slot_.find(column);
    if (slot != slot_.end() && beta_[slot->second] != 0) continue;
    found.push_back({known_.last(column), column});
  }
  return top_columns(design_.communicator(), std::move(found), count);
}

void WorkingSet::reserve_panel(std::int64_t capacity) {
  if (capacity <= capacity_) return;
  std::int64_t const wanted = std::max(capacity, 2 * capacity_);
  panel_.resize(static_cast<std::size_t>(design_.panel_rows() * wanted));
  capacity_ = wanted;
}

void WorkingSet::extend_panel(std::span<std::int64_t const> added) {
  if (added.empty()) return;
  auto const count = static_cast<std::int64_t>(added.size());
  std::int64_t const size = panel_size() + count;
  reserve_panel(size);
  auto const all = panel(size);
  design_.gather_panel(added, all.block(0, panel_size(), design_.panel_rows(), count));
  for (auto const column : added) {
    slot_.emplace(column, panel_columns_.size());
    panel_columns_.push_back(column);
  }
  beta_.resize(panel_columns_.size(), 0.0);
  if (!is_spread_ &&
      linalg::is_worth_tiling(design_.communicator().size(), size, options_.largest_local_gram))
    spread_gram();
  gram_->extend(all, panel_b_);
}

void WorkingSet::spread_gram() {
  gram_ = std::make_unique<SpreadPanelGram>(design_.communicator(), panel_problem());
  is_spread_ = true;
}

void WorkingSet::keep_in_panel(std::vector<std::size_t> const& kept) {
  std::int64_t const rows = design_.panel_rows();
  slot_.clear();
  for (std::size_t k = 0; k < kept.size(); ++k) {
    std::size_t const from = kept[k];
    std::copy_n(panel_.begin() + static_cast<std::int64_t>(from) * rows, rows,
                panel_.begin() + static_cast<std::int64_t>(k) * rows);
    panel_columns_[k] = panel_columns_[from];
    slot_.emplace(panel_columns_[k], k);
    beta_[k] = beta_[from];
  }
  panel_columns_.resize(kept.size());
  beta_.resize(kept.size());
  gram_->keep(kept, panel(panel_size()), panel_b_);
}

void WorkingSet::solve_panel(double target_gap) {
  auto const outcome =
      gram_->solve(lambda_, {target_gap, options_.max_iterations - counts_.iterations}, beta_);
  counts_.iterations += outcome.sweeps;
  exact_ = outcome.exact;
}

void WorkingSet::refresh_residual() {
  std::vector<double const*> columns;
  std::vector<double> coefficients;
  for (std::size_t k = 0; k < beta_.size(); ++k) {
    if (beta_[k] == 0) continue;
    columns.push_back(panel_.data() + static_cast<std::int64_t>(k) * design_.panel_rows());
    coefficients.push_back(-beta_[k]);
  }
  std::vector<double> part(panel_b_);
  linalg::add_combination(columns, coefficients, part);
  design_.assemble_rows(part, residual_);
}

LassoSolution WorkingSet::solution() const {
  LassoSolution solved = counts_;
  std::vector<std::pair<std::int64_t, double>> nonzeros;
  for (std::size_t k = 0; k < beta_.size(); ++k)
    if (beta_[k] != 0) nonzeros.emplace_back(panel_columns_[k], beta_[k]);
  std::sort(nonzeros.begin(), nonzeros.end());
  for (auto const& [index, value] : nonzeros) {
    solved.coefficients.indices.push_back(index);
    solved.coefficients.values.push_back(value);
  }
  solved.residual = residual_;
  solved.relative_gap = relative_gap();
  return solved;
}

void WorkingSet::save(bytes::Writer& state) const {
  auto const& comm = design_.communicator();
  state.put(lambda_, solves_, done_, exact_, gap_, rounds_within_tolerance_, largest_lambda_,
            largest_outside_, counts_.iterations, counts_.full_passes, counts_.converged, counts_.polished);
  linalg::put_shared<double>(state, comm, residual_);
  linalg::put_shared<std::int64_t>(state, comm, panel_columns_);
  linalg::put_shared<double>(state, comm, beta_);
  state.put(candidates_, wanted_, passed_columns_);
  known_.save(state);
  state.put(is_spread_);
  gram_->save(state);
}

void WorkingSet::load(bytes::Reader& state) {
  auto const& comm = design_.communicator();
  counts_ = {};
  state.read(lambda_, solves_, done_, exact_, gap_, rounds_within_tolerance_, largest_lambda_,
             largest_outside_, counts_.iterations, counts_.full_passes, counts_.converged, counts_.polished);
  residual_ = linalg::get_shared<double>(state, comm);
  panel_columns_ = linalg::get_shared<std::int64_t>(state, comm);
  beta_ = linalg::get_shared<double>(state, comm);
  state.read(candidates_, wanted_, passed_columns_);
  known_.load(state);
  known_.refer_to(residual_);
  slot_.clear();
  for (std::size_t k = 0; k < panel_columns_.size(); ++k) slot_.emplace(panel_columns_[k], k);
  reserve_panel(panel_size());
  design_.gather_panel(panel_columns_, panel(panel_size()));
  if (state.get<bool>()) spread_gram();
  gram_->load(state);
}

double WorkingSet::largest_lambda() {
  if (!known_.empty()) return largest_lambda_;
  want_all();
  known_.record(wanted_, products_of_wanted(), passed_columns_);
  for (auto const column : wanted_) largest_lambda_ = std::max(largest_lambda_, known_.last(column));
  return largest_lambda_ = mpi::max(design_.communicator(), largest_lambda_);
}

double WorkingSet::largest_correlation_outside(std::span<std::int64_t const> excluded) {
  start_outside(excluded);
  return take_outside(products_of_wanted());
}

void WorkingSet::start_outside(std::span<std::int64_t const> excluded) {
  auto const local = design_.local_columns();
  known_.refer_to(residual_);
  // Columns that the last pass took give a level below which bounds settle the others.
  largest_outside_ = 0;
  passed_columns_ = KnownCorrelations::Columns::some;
  wanted_.clear();
  for (auto column = local.begin; column < local.end; ++column) {
    if (std::binary_search(excluded.begin(), excluded.end(), column)) continue;
    if (known_.is_exact(column))
      largest_outside_ = std::max(largest_outside_, known_.last(column));
    else
      wanted_.push_back(column);
  }
  std::erase_if(wanted_, [&](std::int64_t column) { return known_.upper_bound(column) <= largest_outside_; });
}

double WorkingSet::take_outside(std::span<double const> products) {
  known_.record(wanted_, products, passed_columns_);
  double largest = largest_outside_;
  for (double const product : products)
    largest = std::max(largest, std::abs(product) / static_cast<double>(n_));
  return mpi::max(design_.communicator(), largest);
}

}  // namespace thresher::prox
