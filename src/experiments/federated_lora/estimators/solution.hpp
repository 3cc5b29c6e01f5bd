#pragma once

#include "experiments/federated_lora/data/client_data.hpp"
#include "experiments/federated_lora/estimators/clair_program.hpp"
#include "experiments/federated_lora/estimators/lambda_rule.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace thresher::federated_lora {

/// What the convex program says, in full dimension.
struct ConvexPart {
  double lambda = 0;
  linalg::DenseMatrix common;
  linalg::DenseMatrix frame;  ///< top-r left singular vectors of [L_k], completed
  std::vector<double> block_norms;
  std::vector<double> singular_values;  ///< of [L_k]
  std::int64_t rank = 0;
  double objective = 0;
  double duality_gap = 0;
  std::int64_t iterations = 0;
  bool converged = false;
};

/// What a point asks of the program.
ClairSettings clair_settings(Parameters const& point, double lambda);

/// What an earlier run left of a solve that was cut, and what keeps the state of this one.
struct SolveKeeping {
  std::optional<std::span<std::byte const>> kept = std::nullopt;
  SaveState save = {};
};

/// The program on one matrix of each client, and the frames that no decision changes.
class Solution {
 public:
  /// `data` must outlive it. Collective.
  Solution(Parameters const& point, ClientData const& data, SolveKeeping const& keeping = {});
  /// From a program that is solved already. Collective.
  Solution(Parameters const& point, ClientData const& data, ConvexPart convex);

  ClientData const& data() const { return data_; }
  ConvexPart const& convex() const { return convex_; }
  NormalisedStack const& normalised() const { return normalised_; }
  /// Top-r left vectors of the whole stack, centred by its mean.
  linalg::DenseMatrix const& svd_frame() const { return svd_frame_; }
  /// The same of the benign clients alone.
  linalg::DenseMatrix const& oracle_frame() const { return oracle_frame_; }

 private:
  void find_frames(Parameters const& point);

  ClientData const& data_;
  NormalisedStack normalised_;
  ConvexPart convex_;
  linalg::DenseMatrix svd_frame_;
  linalg::DenseMatrix oracle_frame_;
};

}  // namespace thresher::federated_lora
