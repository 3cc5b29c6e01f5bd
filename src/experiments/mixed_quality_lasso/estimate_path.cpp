#include "experiments/mixed_quality_lasso/analysis.hpp"
#include "experiments/mixed_quality_lasso/lasso_path.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

namespace {

/// Coordinates whose sign differs from the truth's.
std::int64_t differing_signs(Analysis const& analysis, prox::SparseVector const& estimate) {
  auto const& support = analysis.data.support();
  auto const& signs = analysis.data.signs();
  std::int64_t right = 0;
  for (std::size_t k = 0; k < estimate.indices.size(); ++k) {
    auto const at = std::lower_bound(support.begin(), support.end(), estimate.indices[k]);
    bool const active = at != support.end() && *at == estimate.indices[k];
    right += active && estimate.values[k] * signs[static_cast<std::size_t>(at - support.begin())] > 0 ? 1 : 0;
  }
  auto const found = static_cast<std::int64_t>(estimate.indices.size());
  auto const active = static_cast<std::int64_t>(support.size());
  // Wrong signs count once, though they are both found and missed.
  std::int64_t overlap = 0;
  for (auto const index : estimate.indices)
    overlap += std::binary_search(support.begin(), support.end(), index) ? 1 : 0;
  return found + active - overlap - right;
}

}  // namespace

study::Outcome run_lasso_path(Analysis const& analysis, Metrics& metrics) {
  auto const design = analysis.design();
  auto const b = design.scaled(analysis.y);
  std::int64_t const largest_support = std::min(analysis.setting.n(), 4 * analysis.point.s + 20);
  std::int64_t best = -1;
  prox::SparseVector best_estimate;
  double hits = 0;
  double iterations = 0;
  bool converged = true;
  std::vector<PathPoint> path;
  follow_path(design, b, analysis.point, analysis.team,
              [&](double lambda, prox::LassoSolution const& solution) {
                std::int64_t const differing = differing_signs(analysis, solution.coefficients);
                if (best < 0 || differing < best) {
                  best = differing;
                  best_estimate = solution.coefficients;
                  metrics.lambda_best = lambda;
                }
                hits += differing == 0 ? 1 : 0;
                iterations += static_cast<double>(solution.iterations);
                converged = converged && solution.converged;
                auto const size = static_cast<std::int64_t>(solution.coefficients.indices.size());
                path.push_back(path_point(lambda, solution, analysis.data.support()));
                return size <= largest_support;
              });
  analysis.measure_recovery(best_estimate, metrics);
  metrics.path_hits = hits;
  metrics.iterations = iterations;
  store_path(analysis.team, path);
  return converged ? study::Outcome::ok : study::Outcome::not_converged;
}

}  // namespace thresher::mixed_quality_lasso
