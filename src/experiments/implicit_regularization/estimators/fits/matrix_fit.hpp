#pragma once

#include "experiments/implicit_regularization/theory/stopped_descent.hpp"
#include "linalg/dense_matrix.hpp"

#include <span>
#include <vector>

/// The quadratic penalty theta^T Q theta / 2 read off M runs: weights Theta = [theta_1 .. theta_M] and their
/// deviations B, both d x M. Nothing here is collective: one rank holds the matrices.
namespace thresher::implicit_regularization {

/// Q_jj = sum_k theta_kj b_kj / sum_k theta_kj^2, 0 where the weights vanish.
linalg::DenseMatrix diagonal_quadratic(linalg::ConstMatrixView theta, linalg::ConstMatrixView b);

/// The symmetric Q of least Frobenius norm among those that minimise |Q Theta - B|_F. With Theta = U
/// diag(sig) W^T of rank r it solves the Lyapunov form of the normal equations: (sig_i^2 + sig_j^2) Q_ij =
/// G_ij sig_j + G_ji sig_i with G = U^T B W, within the span of the weights, and Q u = B w / sig across to
/// its complement. Singular values below 1e-10 of the largest count as 0. Cost 2 GEMMs of d x d x r and a
/// decomposition of d x M.
linalg::DenseMatrix symmetric_quadratic(linalg::ConstMatrixView theta, linalg::ConstMatrixView b);

/// Lambda_t = V diag(penalty(s)) V^T.
linalg::DenseMatrix stopping_penalty(StoppedDescent const& descent, std::span<double const> eigenvalues,
                                     linalg::ConstMatrixView eigenvectors);

/// |A - B|_F / |B|_F; NaN where B = 0.
double relative_distance(linalg::ConstMatrixView a, linalg::ConstMatrixView b);
/// 1 - |B - Q Theta|_F^2 / |B|_F^2, at least 0.
double explained_share(linalg::ConstMatrixView q, linalg::ConstMatrixView theta, linalg::ConstMatrixView b);

/// Training again with the penalty that was read off.
struct QuadraticRetraining {
  double error = 0;          ///< |(S + Q)^-1 X^T y / n - theta| / |theta|; NaN where S + Q is singular
  bool is_definite = false;  ///< S + Q is positive definite
};
QuadraticRetraining retrained(linalg::ConstMatrixView gram, std::span<double const> moment,
                              linalg::ConstMatrixView q, std::span<double const> theta);

}  // namespace thresher::implicit_regularization
