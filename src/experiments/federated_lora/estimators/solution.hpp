#pragma once

#include "experiments/federated_lora/data/client_data.hpp"
#include "experiments/federated_lora/estimators/clair_program.hpp"
#include "experiments/federated_lora/estimators/lambda_rule.hpp"
#include "experiments/federated_lora/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

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

/// Stage `solve`: the program and the frames that no decision changes.
class Solution : public study::StageResult {
 public:
  /// `data` must outlive it. A solve that the run's end cuts leaves its state and goes on from it.
  /// Collective.
  Solution(Parameters const& point, ClientData const& data, study::Team& team);

  ClientData const& data() const { return data_; }
  ConvexPart const& convex() const { return convex_; }
  NormalisedStack const& normalised() const { return normalised_; }
  /// Top-r left vectors of the whole stack, centred by its mean.
  linalg::DenseMatrix const& svd_frame() const { return svd_frame_; }
  /// The same of the benign clients alone.
  linalg::DenseMatrix const& oracle_frame() const { return oracle_frame_; }

 private:
  ClientData const& data_;
  NormalisedStack normalised_;
  ConvexPart convex_;
  linalg::DenseMatrix svd_frame_;
  linalg::DenseMatrix oracle_frame_;
};

}  // namespace thresher::federated_lora
