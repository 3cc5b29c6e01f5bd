#include "experiments/reward_single_index/estimators/policy_nodes.hpp"

#include "experiments/reward_single_index/solvers/symmetric_root.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

constexpr double kLeastEigenvalue = 1e-10;

}  // namespace

PolicyNodes::PolicyNodes(Parameters const& point, linalg::ConstMatrixView gram, study::Team const& team)
    : stream_(team.stream("evaluation")) {
  auto const neurons = gram.rows - 1;
  linalg::DenseMatrix covariance(neurons, neurons);
  for (std::int64_t j = 0; j < neurons; ++j)
    for (std::int64_t i = 0; i < neurons; ++i)
      covariance(i, j) = gram(i + 1, j + 1) - gram(i + 1, 0) * gram(j + 1, 0);
  auto root = symmetric_root(team.communicator(), std::move(covariance), kLeastEigenvalue);
  if (root.kept.empty()) {
    weights_ = {1};
    return;
  }
  if (root.kept.size() > 1) {
    weights_.assign(static_cast<std::size_t>(point.n_eval), 1 / static_cast<double>(point.n_eval));
    root_ = std::move(root.root);
    return;
  }
  constexpr int kNodes = 129;
  constexpr double kEnd = 8;
  double total = 0;
  for (int node = 0; node < kNodes; ++node) {
    along_.push_back(-kEnd + 2 * kEnd * node / (kNodes - 1));
    weights_.push_back(std::exp(-along_.back() * along_.back() / 2));
    total += weights_.back();
  }
  for (double& weight : weights_) weight /= total;
  direction_ = std::move(root.leading);
  for (double& entry : direction_) entry *= std::sqrt(root.kept.front());
}

void PolicyNodes::fill(std::int64_t node, std::span<double> p) const {
  if (!along_.empty()) {
    for (std::size_t j = 0; j < p.size(); ++j) p[j] = along_[static_cast<std::size_t>(node)] * direction_[j];
    return;
  }
  std::ranges::fill(p, 0.0);
  if (root_.rows() == 0) return;
  std::vector<double> draw(p.size());
  stream_.normals({static_cast<std::uint64_t>(node)}, 0, draw);
  linalg::gemv(linalg::Transpose::no, 1, root_.view(), draw, 0, p);
}

}  // namespace thresher::reward_single_index
