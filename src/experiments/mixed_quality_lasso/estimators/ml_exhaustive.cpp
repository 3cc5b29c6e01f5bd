#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/maximum_likelihood.hpp"
#include "experiments/mixed_quality_lasso/solvers/exhaustive_search.hpp"
#include "experiments/mixed_quality_lasso/solvers/local_search.hpp"
#include "linalg/column_products.hpp"
#include "numerics/log_binomial.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

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

/// All C(p, s) supports.
class MlExhaustive : public MaximumLikelihood {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"delta", "storage"}; }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    MaximumLikelihood::check(point, verdict);
    double const most = 1e10;
    double const supports = count_supports(static_cast<double>(point.p), static_cast<double>(point.s));
    if (supports > most * (1 + 1e-9))
      verdict.refuse("estimator",
                     fmt::format("would visit {:.4g} supports (p = {}, s = {}); allowed are at most 1e10",
                                 supports, point.p, point.s));
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    add_passes(point, work, 1, cost);
    cost.flops += work.n * work.p * work.p + 2 * count_supports(work.p, work.s) / work.ranks;
    cost.bytes_per_rank += kBytesPerNumber * (work.p * work.p + work.n * work.p);
  }

  study::Outcome run(Trial const&, Analysis const& analysis, Metrics& metrics) const override {
    auto const design = analysis.design();
    auto const b = design.scaled(analysis.y);
    double const rho = analysis.point.rho;
    auto products = all_products(analysis, design, b);
    auto const p = static_cast<std::size_t>(design.columns());
    std::vector<double> linear(p);
    for (std::size_t j = 0; j < p; ++j)
      linear[j] = rho * rho * products.gram[j * p + j] - 2 * rho * products.correlation[j];
    for (double& entry : products.gram) entry *= 2 * rho * rho;
    study::KeptWork work(analysis.team, analysis.length, "exhaustive search");
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

 private:
  static double count_supports(double p, double s) { return std::exp(numerics::log_binomial(p, s)); }
};

}  // namespace

Method const& ml_exhaustive_method() {
  static MlExhaustive const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
