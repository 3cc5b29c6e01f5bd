#include "experiments/mixed_quality_lasso/estimators/cost.hpp"
#include "experiments/mixed_quality_lasso/estimators/lasso_fits.hpp"
#include "experiments/mixed_quality_lasso/estimators/method.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

/// Histogram of A^T r/(n lambda) over all columns; optimality confines it to [-1, 1].
void store_correlations(Analysis const& analysis, LassoFit const& fit) {
  if (!analysis.team.wants("correlations")) return;
  auto const design = analysis.design(fit.weights);
  auto const local = design.local_columns();
  std::vector<std::int64_t> all(static_cast<std::size_t>(local.size()));
  std::iota(all.begin(), all.end(), local.begin);
  std::vector<double> products(all.size());
  design.correlate(all, linalg::ConstMatrixView(fit.solution.residual.data(), design.rows(), 1),
                   linalg::MatrixView(products.data(), local.size(), 1));
  std::int64_t const bins = 64;
  double const width = 2.0 / static_cast<double>(bins);
  std::vector<double> counts(static_cast<std::size_t>(bins), 0.0);
  for (double const product : products) {
    double const c = product / (static_cast<double>(design.rows()) * analysis.tuning.lambda);
    auto const bin =
        std::clamp<std::int64_t>(static_cast<std::int64_t>(std::floor((c + 1) / width)), 0, bins - 1);
    counts[static_cast<std::size_t>(bin)] += 1;
  }
  mpi::sum_in_place(analysis.team.communicator(), counts);
  std::vector<double> entries;
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    entries.push_back(-1 + width * (static_cast<double>(bin) + 0.5));
    entries.push_back(counts[static_cast<std::size_t>(bin)]);
  }
  analysis.team.store({"correlations", {bins, 2}, std::move(entries)});
}

/// The row-weighted LASSO at one lambda.
class Lasso : public Method {
 public:
  Described described() const override { return Described::as_lasso; }
  std::vector<std::string_view> reads(Parameters const&) const override {
    return {"lambda_rule", "lambda_scale", "delta", "storage", "tol", "max_iter", "solver"};
  }
  std::vector<double Metrics::*> measures(Parameters const& point) const override {
    auto measured = recovery_metrics_and(
        {&Metrics::dual_max, &Metrics::duality_gap, &Metrics::full_passes, &Metrics::iterations});
    if (has_residual_weights(point))
      measured.push_back(&Metrics::weight_ratio);
    else
      measured.insert(measured.end(), {&Metrics::cond_success_prob, &Metrics::pdw_sign_ok, &Metrics::pdw_v});
    return measured;
  }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    if (!has_residual_weights(point)) return Method::check(point, verdict);
    auto agnostic = point;
    agnostic.weighting = Weighting::agnostic;
    Method::check(agnostic, verdict);
    auto const setting = realise(point);
    if (setting.n1 == 0 || setting.n2 == 0)
      verdict.refuse("weighting",
                     fmt::format("residual weights need rows of both qualities, and there are n1 = {}, "
                                 "n2 = {}",
                                 setting.n1, setting.n2));
  }

 protected:
  void add_cost(Parameters const& point, Workload const& work, study::Cost& cost) const override {
    double const fits = has_residual_weights(point) ? 2 : 1;
    double const passes = point.solver == Solver::fista ? 500 : kPasses;
    double const columns = working_set_size(work);
    add_passes(point, work, fits * passes, cost);
    cost.flops += fits * work.n * columns * columns;
    cost.bytes_per_rank += working_set_bytes(columns, work.rows_per_rank, work.ranks);
    add_witness(work, 1, 1, cost);
  }

  study::Outcome run(Trial const& trial, Analysis const& analysis, Metrics& metrics) const override {
    auto const fit = trial.lasso_fit(analysis);
    if (has_residual_weights(analysis.point))
      metrics.weight_ratio = fit.weight_ratio;
    else
      analysis.measure_witness(metrics);
    analysis.measure_recovery(fit.solution.coefficients, metrics);
    metrics.dual_max = fit.largest_null_correlation / analysis.tuning.lambda;
    metrics.duality_gap = fit.solution.relative_gap;
    metrics.iterations = fit.iterations;
    metrics.full_passes = fit.full_passes;
    store_correlations(analysis, fit);
    return fit.converged ? study::Outcome::ok : study::Outcome::not_converged;
  }

 private:
  static bool has_residual_weights(Parameters const& point) { return point.weighting == Weighting::residual; }
};

}  // namespace

Method const& lasso_method() {
  static Lasso const method;
  return method;
}

}  // namespace thresher::mixed_quality_lasso
