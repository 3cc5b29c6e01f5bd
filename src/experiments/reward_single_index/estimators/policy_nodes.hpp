#pragma once

#include "experiments/reward_single_index/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/team.hpp"

#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// The part of the neurons' inputs that is orthogonal to the hidden direction, p ~ N(0, C) with C = W W^T - m
/// m^T, by weighted nodes: none but 0 where C vanishes, a rule where its rank is 1, else draws.
class PolicyNodes {
 public:
  /// `gram` is that of (theta, w_1 .. w_N). Collective.
  PolicyNodes(Parameters const& point, linalg::ConstMatrixView gram, study::Team const& team);

  std::int64_t count() const { return static_cast<std::int64_t>(weights_.size()); }
  double weight(std::int64_t node) const { return weights_[static_cast<std::size_t>(node)]; }
  /// p of a node. Not collective.
  void fill(std::int64_t node, std::span<double> p) const;

 private:
  std::vector<double> weights_;
  std::vector<double> along_;      ///< rank 1: places on the line
  std::vector<double> direction_;  ///< rank 1: sqrt of the eigenvalue times its vector
  linalg::DenseMatrix root_;       ///< else: C^{1/2}
  random::Stream stream_;
};

}  // namespace thresher::reward_single_index
