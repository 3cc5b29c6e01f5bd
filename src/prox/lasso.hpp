#pragma once

#include "linalg/tiling.hpp"

#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

/// The LASSO: minimise F(beta) = ||b - A beta||^2/(2n) + lambda ||beta||_1 over beta in R^p.
namespace thresher::prox {

struct LassoOptions {
  /// Stop when the duality gap is at most tolerance ||b||^2/(2n).
  double tolerance = 1e-9;
  /// Most iterations of FISTA, or sweeps of coordinate descent.
  std::int64_t max_iterations = 20000;
  /// Asked on all ranks together between passes over A, with the duality gap over ||b||^2/(2n): true ends the
  /// solve where it is.
  std::function<bool(double relative_gap)> stopping = {};
  /// Gram matrices of more columns are spread over the team.
  std::int64_t largest_local_gram = linalg::kLargestLocalMatrix;
};

/// Exactly nonzero entries of a vector, by ascending index.
struct SparseVector {
  std::vector<std::int64_t> indices;
  std::vector<double> values;
  static constexpr std::tuple members{&SparseVector::indices, &SparseVector::values};
};

struct LassoSolution {
  SparseVector coefficients;     ///< replicated
  std::vector<double> residual;  ///< b - A beta, replicated
  double relative_gap = 0;       ///< duality gap over ||b||^2/(2n)
  std::int64_t iterations = 0;   ///< of FISTA, or sweeps of coordinate descent
  std::int64_t full_passes = 0;  ///< passes over the columns of A
  bool converged = false;        ///< the gap is within the tolerance
  bool polished = false;         ///< coefficients solve the normal equations of their signed support
};

/// Gap within which a solution of the normal equations is accepted, relative to ||b||^2/(2n).
inline constexpr double kPolishedGap = 1e-10;

/// What the duality gap depends on, with r = b - A beta and c = A^T r/n.
struct GapTerms {
  double residual_sq_over_n = 0;    ///< ||r||^2/n
  double data_residual_over_n = 0;  ///< b.r/n
  double l1_norm = 0;               ///< ||beta||_1
  double largest_correlation = 0;   ///< ||c||_inf
};

/// Scaling alpha = min(1, lambda/||c||_inf) that makes alpha r dual feasible.
double dual_scaling(GapTerms const& terms, double lambda);
/// F(beta) minus the dual value of alpha r.
double duality_gap(GapTerms const& terms, double lambda);

}  // namespace thresher::prox
