#include "experiments/mixed_quality_lasso/analysis.hpp"
#include "experiments/mixed_quality_lasso/exhaustive_search.hpp"
#include "experiments/mixed_quality_lasso/local_search.hpp"
#include "experiments/mixed_quality_lasso/matching_pursuit.hpp"
#include "linalg/column_products.hpp"

#include <algorithm>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

void report(Analysis const& analysis, WeightedDesign const& design, std::vector<std::int64_t> const& subset,
            double loss, Metrics& metrics) {
  analysis.measure_recovery({subset, std::vector<double>(subset.size(), analysis.point.rho)}, metrics);
  auto const noise = design.scaled(analysis.data.noise(analysis.setting));
  double const true_loss = linalg::inner_product(noise, noise);
  metrics.ml_excess = (true_loss - loss) / true_loss;
}

/// A^T A and A^T b of all columns on all ranks. Every rank makes every column and computes its share of the
/// rows, so that entries have the same bits for every number of ranks.
struct AllProducts {
  std::vector<double> gram;
  std::vector<double> correlation;
};

AllProducts all_products(Analysis const& analysis, WeightedDesign const& design, std::span<double const> b) {
  auto const& comm = analysis.team.communicator();
  std::int64_t const n = design.rows();
  std::int64_t const p = design.columns();
  std::vector<std::int64_t> all(static_cast<std::size_t>(p));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  std::vector<double> a(static_cast<std::size_t>(n * p));
  design.whole_columns(all, {a.data(), n, p});
  std::vector<double const*> columns;
  for (std::int64_t j = 0; j < p; ++j) columns.push_back(a.data() + j * n);

  AllProducts products{std::vector<double>(static_cast<std::size_t>(p * p), 0.0),
                       std::vector<double>(static_cast<std::size_t>(p), 0.0)};
  auto const mine = mpi::share(p, comm.rank(), comm.size());
  for (auto j = mine.begin; j < mine.end; ++j)
    linalg::add_column_products(
        columns, std::span(a).subspan(static_cast<std::size_t>(j * n), static_cast<std::size_t>(n)),
        std::span(products.gram).subspan(static_cast<std::size_t>(j * p), static_cast<std::size_t>(p)));
  mpi::sum_in_place(comm, products.gram);  // the others' entries are zero
  linalg::add_column_products(columns, b, products.correlation);
  return products;
}

}  // namespace

study::Outcome run_ml_exhaustive(Analysis const& analysis, Metrics& metrics) {
  auto const design = analysis.design();
  auto const b = design.scaled(analysis.y);
  double const rho = analysis.point.rho;
  auto products = all_products(analysis, design, b);
  auto const p = static_cast<std::size_t>(design.columns());
  std::vector<double> linear(p);
  for (std::size_t j = 0; j < p; ++j)
    linear[j] = rho * rho * products.gram[j * p + j] - 2 * rho * products.correlation[j];
  for (double& entry : products.gram) entry *= 2 * rho * rho;
  auto const subset =
      best_subset(analysis.team.communicator(), linear,
                  {products.gram.data(), design.columns(), design.columns()}, analysis.point.s);
  auto const residual = subset_residual(design, b, rho, subset);
  report(analysis, design, subset, linalg::inner_product(residual, residual), metrics);
  return study::Outcome::ok;
}

study::Outcome run_ml_swap(Analysis const& analysis, Metrics& metrics) {
  auto const design = analysis.design();
  auto const b = design.scaled(analysis.y);
  auto const& point = analysis.point;
  auto const starts = analysis.team.stream("START");
  SwapSearch best;
  for (std::int64_t restart = 0; restart < point.ml_restarts; ++restart) {
    std::vector<std::int64_t> start;
    if (restart == 0 && point.s <= design.nonzero_rows())
      start = matching_pursuit(design, b, point.s, analysis.team).indices;
    if (static_cast<std::int64_t>(start.size()) != point.s)
      start = starts.sequence({static_cast<std::uint64_t>(restart)}, 0).subset(point.p, point.s);
    auto found = search_by_swaps(design, b, point.rho, std::move(start), analysis.team);
    if (restart == 0 || found.loss < best.loss) best = std::move(found);
    advance(analysis.team, static_cast<double>(restart + 1) / static_cast<double>(point.ml_restarts));
  }
  report(analysis, design, best.subset, best.loss, metrics);
  return study::Outcome::ok;
}

}  // namespace thresher::mixed_quality_lasso
