#pragma once

#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace thresher::prox {

/// Many LASSO problems in the same n variables that share their Gram matrix G: problem k minimises
/// x^T G x/2 - h_k^T x + sum_j w_jk |x_j| + ridge ||x||^2/2. Column k of `h` and `weights` belongs to one of
/// this rank's problems; ranks may hold different numbers of them, also none.
struct MomentLasso {
  linalg::ConstMatrixView gram;     ///< n x n, positive semidefinite, both triangles, the same on all ranks
  linalg::ConstMatrixView h;        ///< n x own problems
  linalg::ConstMatrixView weights;  ///< n x own problems, >= 0
  double ridge = 0;                 ///< >= 0
};

struct MomentLassoOptions {
  double tolerance = 1e-6;  ///< of the optimality conditions, relative to the largest |h| of all problems
  std::int64_t max_iterations = 20000;
  std::string prefix = "moment_lasso_";
  /// Asked every 10 iterations, on all ranks together: whether to end here.
  std::function<bool()> stopping = {};
};

struct MomentLassoSolution {
  linalg::DenseMatrix own_coefficients;  ///< n x own problems
  std::int64_t iterations = 0;
  double residual = 0;  ///< largest violation of the optimality conditions over all problems
  bool converged = false;
  bool stopped = false;  ///< by `stopping`
};

/// FISTA with adaptive restart on all problems together, under TAO (type fista, from zero): one product with
/// G an iteration. Every 10 iterations the conditions |g_j + w_j sign x_j| where x_j != 0 and max(0, |g_j| -
/// w_j) where it is 0, with g = G x - h + ridge x, decide. TAO's options act on it, with and without the
/// prefix: -tao_max_it, -tao_gttol (the tolerance), -tao_monitor. Below 2^31 coefficients a rank. Collective.
MomentLassoSolution solve(mpi::Communicator const& comm, MomentLasso const& problem,
                          MomentLassoOptions const& options);

/// Largest eigenvalue of a symmetric positive semidefinite matrix that every rank holds, from above within
/// 1e-8: by SLEPc on rank 0. Collective; the same result on all ranks.
double largest_eigenvalue_bound(mpi::Communicator const& comm, linalg::ConstMatrixView matrix);

}  // namespace thresher::prox
