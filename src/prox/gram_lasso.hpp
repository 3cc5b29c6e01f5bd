#pragma once

#include "linalg/lapack.hpp"

#include <cstdint>
#include <span>

namespace thresher::prox {

/// A LASSO in few variables, by its Gram matrix G = A^T A/n and h = A^T b/n.
struct GramLasso {
  linalg::ConstMatrixView gram;  ///< both triangles
  std::span<double const> h;
  double data_sq_over_n = 0;  ///< ||b||^2/n
  double lambda = 0;
  std::int64_t largest_rank = 0;  ///< more variables than these cannot be independent
};

struct GramLassoOptions {
  double gap = 0;  ///< stop at this duality gap (absolute)
  std::int64_t max_sweeps = 0;
};

struct GramLassoOutcome {
  std::int64_t sweeps = 0;
  double gap = 0;
  bool exact =
      false;  ///< the normal equations of the signed support hold, and so do all optimality conditions
};

/// Cyclic coordinate descent (Friedman, Hastie & Tibshirani 2010, covariance updates) with steps to the
/// minimiser on the current signed support, as in feature-sign search (Lee et al. 2006), whenever sweeps have
/// cost as much as such a step. Starts from and returns `beta`. Not collective.
GramLassoOutcome solve(GramLasso const& problem, GramLassoOptions const& options, std::span<double> beta);

}  // namespace thresher::prox
