#include "experiments/mixed_quality_lasso/estimators/exhaustive_search.hpp"
#include "experiments/mixed_quality_lasso/estimators/local_search.hpp"
#include "experiments/mixed_quality_lasso/estimators/matching_pursuit.hpp"
#include "experiments/mixed_quality_lasso/estimators/measurement.hpp"
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
  KeptWork work(analysis.team, analysis.length, "exhaustive search");
  SearchedSubsets searched;
  if (auto* const left = work.left()) left->read(searched);
  auto const between = [&](double part) {
    work.advance(part, [&](bytes::Writer& state) { state.put(searched); });
  };
  auto const subset = best_subset(analysis.team.communicator(), linear,
                                  {products.gram.data(), design.columns(), design.columns()},
                                  analysis.point.s, searched, between);
  auto const residual = subset_residual(design, b, rho, subset);
  report(analysis, design, subset, linalg::inner_product(residual, residual), metrics);
  return study::Outcome::ok;
}

namespace {

/// The restarts of a local search, which an interruption leaves where they are.
class Restarts {
 public:
  Restarts(Analysis const& analysis, WeightedDesign const& design)
      : analysis_(analysis),
        design_(design),
        b_(design.scaled(analysis.y)),
        work_(analysis.team, analysis.length, "local search") {
    if (auto* const left = work_.left()) {
      left->read(restart_, phase_, reached_, best_.subset, best_.loss);
    }
  }

  SwapSearch operator()() {
    std::int64_t const restarts = analysis_.point.ml_restarts;
    for (; restart_ < restarts; ++restart_) {
      auto found =
          search_by_swaps(design_, b_, analysis_.point.rho, start(),
                          [&](std::span<std::int64_t const> subset) { go_on(Phase::swaps, subset); });
      if (restart_ == 0 || found.loss < best_.loss) best_ = std::move(found);
      analysis_.team.progress(static_cast<double>(restart_ + 1) / static_cast<double>(restarts));
      phase_ = Phase::start;
      reached_.clear();
    }
    return best_;
  }

 private:
  enum class Phase { start, swaps };

  std::vector<std::int64_t> start() {
    if (phase_ == Phase::swaps) return reached_;
    auto const& point = analysis_.point;
    std::vector<std::int64_t> subset;
    if (restart_ == 0 && point.s <= design_.nonzero_rows())
      subset =
          matching_pursuit(design_, b_, point.s, reached_, [&](double, std::span<std::int64_t const> chosen) {
            go_on(Phase::start, chosen);
          }).indices;
    if (static_cast<std::int64_t>(subset.size()) != point.s)
      subset = analysis_.team.stream("START")
                   .sequence({static_cast<std::uint64_t>(restart_)}, 0)
                   .subset(point.p, point.s);
    go_on(Phase::swaps, subset);
    return subset;
  }

  void go_on(Phase phase, std::span<std::int64_t const> reached) {
    if (!work_.stopping()) return;
    work_.interrupt(
        [&](bytes::Writer& state) { state.put(restart_, phase, reached, best_.subset, best_.loss); });
  }

  Analysis const& analysis_;
  WeightedDesign const& design_;
  std::vector<double> b_;
  KeptWork work_;
  std::int64_t restart_ = 0;
  Phase phase_ = Phase::start;
  std::vector<std::int64_t> reached_;  ///< columns of the pursuit, or subset of the search, on continuing
  SwapSearch best_;
};

}  // namespace

study::Outcome run_ml_swap(Analysis const& analysis, Metrics& metrics) {
  auto const design = analysis.design();
  auto const best = Restarts(analysis, design)();
  report(analysis, design, best.subset, best.loss, metrics);
  return study::Outcome::ok;
}

}  // namespace thresher::mixed_quality_lasso
