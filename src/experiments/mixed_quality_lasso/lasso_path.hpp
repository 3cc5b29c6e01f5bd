#pragma once

#include "experiments/mixed_quality_lasso/parameters.hpp"
#include "prox/design.hpp"
#include "prox/lasso.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Visits the LASSO solutions at largest_lambda * geomspace(1, lambda_min_ratio, n_lambda), the first (whose
/// solution is zero) left out, with warm starts, until `visit` returns false. `visit` must answer alike on
/// all ranks. Reads the grid, tolerance and solver of `point`. Throws study::Interrupted where the run wants
/// to end. Collective.
void follow_path(prox::Design const& design, std::span<double const> b, Parameters const& point,
                 study::Team& team,
                 std::function<bool(double lambda, prox::LassoSolution const&)> const& visit);

/// One row of the artifact `path`.
struct PathPoint {
  double lambda = 0;
  double support_size = 0;
  double true_positives = 0;
  double false_positives = 0;
  double relative_gap = 0;
};

/// `truth` is ascending; empty where it is unknown.
PathPoint path_point(double lambda, prox::LassoSolution const& solution, std::span<std::int64_t const> truth);

/// Leaves the artifact `path` where it is wanted.
void store_path(study::Team& team, std::span<PathPoint const> path);

}  // namespace thresher::mixed_quality_lasso
