#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>

namespace thresher::linear_generative {

/// Eigenpairs of a sample covariance C of order `dim` as seen from the directions u_k of a population
/// Sigma = 1 + sum_k spikes[k] u_k u_k^T with spikes >= 0.
struct SpikedView {
  std::int64_t dim = 0;
  std::span<double const> values;  ///< eigenvalues of C; further ones are 0
  linalg::ConstMatrixView scores;  ///< v_j^T u_k, one row per value; 0 in rows without an eigenvector
  std::span<double const> spikes;
};

/// tr (Sigma^1/2 (C + ridge) Sigma^1/2)^1/2 from the eigenpairs of C alone, to rounding. Since
/// sqrt(x) = 1/pi int_0^inf log(1 + x / s^2) ds, it differs from tr (C + ridge)^1/2 by
/// 1/pi int_0^inf log det(1 + Theta^1/2 U^T D(s) U Theta^1/2) ds with D(s) = (C + ridge) (C + ridge + s^2)^-1
/// (the determinant lemma), a determinant of the order of the spikes. The trapezoidal rule in log s converges
/// geometrically (Trefethen and Weideman 2014, SIAM Review 56).
double spiked_root_trace(SpikedView const& view, double ridge);

}  // namespace thresher::linear_generative
