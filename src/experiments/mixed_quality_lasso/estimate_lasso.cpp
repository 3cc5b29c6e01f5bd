#include "experiments/mixed_quality_lasso/analysis.hpp"
#include "experiments/mixed_quality_lasso/weights.hpp"
#include "experiments/mixed_quality_lasso/witness.hpp"
#include "linalg/column_products.hpp"
#include "prox/kept_fista.hpp"
#include "prox/working_set.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

struct Fit {
  prox::LassoSolution solution;
  double largest_null_correlation = 0;  ///< max over j outside the support of |A_j.r|/n
};

double largest_null_correlation(Analysis const& analysis, WeightedDesign const& design,
                                std::span<double const> r) {
  auto const& support = analysis.data.support();
  std::vector<std::int64_t> nulls;
  for (auto j = design.local_columns().begin; j < design.local_columns().end; ++j)
    if (!std::binary_search(support.begin(), support.end(), j)) nulls.push_back(j);
  std::vector<double> products(nulls.size());
  design.correlate(nulls, linalg::ConstMatrixView(r.data(), design.rows(), 1),
                   linalg::MatrixView(products.data(), static_cast<std::int64_t>(nulls.size()), 1));
  double largest = 0;
  for (double const product : products) largest = std::max(largest, std::abs(product));
  return mpi::max(analysis.team.communicator(), largest) / static_cast<double>(design.rows());
}

Fit fit(Analysis const& analysis, std::span<double const> weights) {
  auto const design = analysis.design(weights);
  auto const b = design.scaled(analysis.y);
  double const lambda = analysis.tuning.lambda;
  if (analysis.point.solver == Solver::fista) {
    auto solution = prox::kept_fista(design).solve(design, b, lambda, analysis.lasso_options());
    double const largest = largest_null_correlation(analysis, design, solution.residual);
    return {std::move(solution), largest};
  }
  prox::WorkingSet solver(design, b, analysis.lasso_options());
  auto solution = solver.solve(lambda);
  double const largest = solver.largest_correlation_outside(analysis.data.support());
  return {std::move(solution), largest};
}

/// Mean squares of y - X betahat over the rows of each quality. `residual` is b - A betahat of agnostic
/// weights.
std::array<double, 2> block_mean_squares(std::span<double const> residual, Setting const& setting) {
  auto const mean_square = [](std::span<double const> r) {
    return linalg::inner_product(r, r) / static_cast<double>(r.size());
  };
  auto const high = static_cast<std::size_t>(setting.n1);
  return {mean_square(residual.first(high)), mean_square(residual.subspan(high))};
}

void report_witness(Witness const& witness, Metrics& metrics) {
  metrics.pdw_sign_ok = witness.sign_ok ? 1 : 0;
  metrics.pdw_v = witness.dual_variance;
  metrics.cond_success_prob = witness.success_probability;
}

Witness witness_of(Analysis const& analysis) {
  return primal_dual_witness(analysis.data, analysis.setting, analysis.point.rho, analysis.tuning);
}

}  // namespace

study::Outcome run_pdw(Analysis const& analysis, Metrics& metrics) {
  report_witness(witness_of(analysis), metrics);
  return study::Outcome::ok;
}

study::Outcome run_lasso(Analysis const& analysis, Metrics& metrics) {
  bool const two_stages = analysis.point.weighting == Weighting::residual;
  std::vector<double> weights = analysis.tuning.weights;
  double iterations = 0;
  double passes = 0;
  bool converged = true;
  if (two_stages) {
    auto const first = fit(analysis, std::array{1.0, 1.0});
    auto const squares = mpi::broadcast_value(analysis.team.communicator(),
                                              block_mean_squares(first.solution.residual, analysis.setting));
    auto const& setting = analysis.setting;
    std::array const blocks{NoiseBlock{static_cast<double>(setting.n1), setting.sigma1},
                            NoiseBlock{static_cast<double>(setting.n2), setting.sigma2}};
    weights = normalise_weights(blocks, {1 / squares[0], 1 / squares[1]});
    metrics.weight_ratio = squares[1] / squares[0];
    converged = first.solution.converged;
    iterations = static_cast<double>(first.solution.iterations);
    passes = static_cast<double>(first.solution.full_passes);
  } else {
    report_witness(witness_of(analysis), metrics);
  }
  auto const final = fit(analysis, weights);
  analysis.measure_recovery(final.solution.coefficients, metrics);
  metrics.dual_max = final.largest_null_correlation / analysis.tuning.lambda;
  metrics.duality_gap = final.solution.relative_gap;
  metrics.iterations = iterations + static_cast<double>(final.solution.iterations);
  metrics.full_passes = passes + static_cast<double>(final.solution.full_passes);
  converged = converged && final.solution.converged;
  return converged ? study::Outcome::ok : study::Outcome::not_converged;
}

}  // namespace thresher::mixed_quality_lasso
