#pragma once

#include "linalg/dense_matrix.hpp"

#include <span>

namespace thresher::hawkes_network {

/// Second-order moments of the stationary process with exponential kernel of decay beta and weights A (row:
/// target), for a few nodes: all matrices are held whole. Spectral radius of A below 1.
class SecondOrder {
 public:
  SecondOrder(linalg::DenseMatrix weights, std::span<double const> baselines, double beta);

  /// Lambda = (I - A)^-1 mu.
  std::span<double const> rates() const { return rates_; }
  /// Covariance of Z_j(t), the sums of the kernel over the past events: it solves
  /// (I - A) S + S (I - A)' = beta diag(Lambda).
  linalg::DenseMatrix const& filter_covariance() const { return filter_covariance_; }
  /// K with covariance density A exp(-beta (I - A) u) K at lag u > 0 (row: the later node).
  linalg::DenseMatrix const& jump() const { return jump_; }

  /// Covariance of the counts of bins of that width, row in the bin k + lag, column in the bin k; lag >= 1.
  linalg::DenseMatrix bin_covariance(double width, int lag) const;
  /// The same within one bin.
  linalg::DenseMatrix same_bin_covariance(double width) const;
  /// A (beta (I - A))^-1 K: integral of the covariance density over positive lags.
  linalg::DenseMatrix integrated_covariance() const;

 private:
  linalg::DenseMatrix decay() const;
  linalg::DenseMatrix weights_;
  double beta_;
  std::vector<double> rates_;
  linalg::DenseMatrix filter_covariance_;
  linalg::DenseMatrix jump_;
};

}  // namespace thresher::hawkes_network
