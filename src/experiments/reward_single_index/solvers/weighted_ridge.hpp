#pragma once

#include "linalg/dense_matrix.hpp"

#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// sum w psi psi^T for psi = (1, features, label) and weights w given by their logarithms, relative to the
/// largest of them so far: nothing overflows, and nothing of the rows is kept.
class WeightedMoments {
 public:
  /// `size`: entries of psi.
  explicit WeightedMoments(std::int64_t size) : sum_(size, size) {}
  /// Adds rows, one per column of `psi` (which is spoilt), with log-weights. Not collective.
  void add(linalg::MatrixView psi, std::span<double const> log_weights);

  double largest() const { return largest_; }
  /// Lower triangle of sum e^{log w - reference} psi psi^T, added to `sum`, and sum e^{2 (log w -
  /// reference)}.
  double add_to(double reference, std::span<double> sum) const;

 private:
  linalg::DenseMatrix sum_;
  double weight_square_ = 0;
  double largest_ = -1e300;
};

/// A readout a0 + sum_j a_j phi_j.
struct Readout {
  double intercept = 0;
  std::vector<double> coefficients;
};

/// min sum w (y - a0 - a^T phi)^2 / sum w + ridge |a|^2 from the lower triangle of sum w psi psi^T, psi = (1,
/// phi, y). Not collective. Throws std::runtime_error where the problem is singular.
Readout weighted_ridge(linalg::ConstMatrixView moments, double ridge);

}  // namespace thresher::reward_single_index
