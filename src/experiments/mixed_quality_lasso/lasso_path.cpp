#include "experiments/mixed_quality_lasso/lasso_path.hpp"

#include "experiments/mixed_quality_lasso/advance.hpp"
#include "prox/kept_fista.hpp"
#include "prox/working_set.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::mixed_quality_lasso {

void follow_path(prox::Design const& design, std::span<double const> b, Parameters const& point,
                 study::Team& team,
                 std::function<bool(double lambda, prox::LassoSolution const&)> const& visit) {
  prox::LassoOptions const options{point.tol, point.max_iter};
  prox::WorkingSet working_set(design, b, options);
  double const largest = working_set.largest_lambda();
  prox::SparseVector last;
  for (std::int64_t k = 1; k < point.n_lambda; ++k) {
    double const exponent = static_cast<double>(k) / static_cast<double>(point.n_lambda - 1);
    double const lambda =
        mpi::broadcast_value(design.communicator(), largest * std::pow(point.lambda_min_ratio, exponent));
    if (!(lambda > 0)) return;  // b is orthogonal to every column
    auto const solution = point.solver == Solver::fista
                              ? prox::kept_fista(design).solve(design, b, lambda, options, last)
                              : working_set.solve(lambda);
    advance(team, exponent);
    if (!visit(lambda, solution)) return;
    last = solution.coefficients;
  }
}

PathPoint path_point(double lambda, prox::LassoSolution const& solution,
                     std::span<std::int64_t const> truth) {
  PathPoint made{.lambda = lambda,
                 .support_size = static_cast<double>(solution.coefficients.indices.size()),
                 .relative_gap = solution.relative_gap};
  for (auto const index : solution.coefficients.indices)
    (std::binary_search(truth.begin(), truth.end(), index) ? made.true_positives : made.false_positives) += 1;
  return made;
}

void store_path(study::Team& team, std::span<PathPoint const> path) {
  if (!team.wants("path")) return;
  std::vector<double> values;
  for (auto const& at : path)
    values.insert(values.end(),
                  {at.lambda, at.support_size, at.true_positives, at.false_positives, at.relative_gap});
  team.store({"path", {static_cast<std::int64_t>(path.size()), 5}, std::move(values)});
}

}  // namespace thresher::mixed_quality_lasso
