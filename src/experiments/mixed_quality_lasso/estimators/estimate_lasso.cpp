#include "experiments/mixed_quality_lasso/estimators/lasso_fits.hpp"
#include "experiments/mixed_quality_lasso/estimators/measurement.hpp"
#include "experiments/mixed_quality_lasso/estimators/witness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::mixed_quality_lasso {

namespace {

void report_witness(Analysis const& analysis, Metrics& metrics) {
  auto const witness =
      primal_dual_witness(analysis.data, analysis.setting, analysis.point.rho, analysis.tuning);
  metrics.pdw_sign_ok = witness.sign_ok ? 1 : 0;
  metrics.pdw_v = witness.dual_variance;
  metrics.cond_success_prob = witness.success_probability;
}

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

}  // namespace

study::Outcome run_pdw(Analysis const& analysis, Metrics& metrics) {
  report_witness(analysis, metrics);
  return study::Outcome::ok;
}

study::Outcome run_lasso(Analysis const& analysis, LassoFit const& fit, Metrics& metrics) {
  if (analysis.point.weighting == Weighting::residual)
    metrics.weight_ratio = fit.weight_ratio;
  else
    report_witness(analysis, metrics);
  analysis.measure_recovery(fit.solution.coefficients, metrics);
  metrics.dual_max = fit.largest_null_correlation / analysis.tuning.lambda;
  metrics.duality_gap = fit.solution.relative_gap;
  metrics.iterations = fit.iterations;
  metrics.full_passes = fit.full_passes;
  store_correlations(analysis, fit);
  return fit.converged ? study::Outcome::ok : study::Outcome::not_converged;
}

}  // namespace thresher::mixed_quality_lasso
