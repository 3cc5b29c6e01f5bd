#pragma once

#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "prox/design.hpp"
#include "prox/lasso.hpp"
#include "study/kept_work.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// What looks at the solutions along a path. Its own state is part of what an interruption leaves.
class PathVisitor {
 public:
  virtual ~PathVisitor() = default;
  /// Whether to go on; the same answer on all ranks.
  virtual bool visit(double lambda, prox::LassoSolution const& solution) = 0;
  virtual void save(bytes::Writer& state) const = 0;
  virtual void load(bytes::Reader& state) = 0;
};

/// Visits the LASSO solutions at largest_lambda * geomspace(1, lambda_min_ratio, n_lambda), the first (whose
/// solution is zero) left out, with warm starts, until the visitor has enough. Reads the grid, tolerance and
/// solver of `point`. Where the run wants to end, `work` keeps the state; `left`, if not null, is where such
/// a state is read from. Collective.
void follow_path(prox::Design const& design, std::span<double const> b, Parameters const& point,
                 study::KeptWork& work, bytes::Reader* left, PathVisitor& visitor);

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
