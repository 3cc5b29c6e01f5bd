#pragma once

#include "experiments/implicit_regularization/model/own_entries.hpp"
#include "experiments/implicit_regularization/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "study/experiment.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

class TrainStage;

/// One replicate or snapshot: this rank's entries (OwnEntries) of the weights, of the deviation observed
/// there and of the candidates' gradients.
struct DeviationBlock {
  std::vector<double> theta;  ///< in beta-space for the diagonal network
  std::vector<double> b;
  std::vector<double> start;  ///< theta_0, where l2_init may be asked (endpoint); else empty
  /// By Candidate: group, path, data_l2, dropout, gradnorm and batchnoise where a fit names them, else empty.
  /// l2, l2_init, l1, power and hypentropy are functions of theta (and start) and never stored.
  std::array<std::vector<double>, kCandidates> columns;

  std::span<double const> column(Candidate name) const { return columns[static_cast<std::size_t>(name)]; }
};

/// What the first stages tell of the deviation besides its blocks; scalars are the same on all ranks.
struct DeviationFacts {
  double reference = 0;  ///< root of the sum over the blocks of |grad L(theta_0)|^2
  /// Updates made for each block (endpoint by gd, sgd, adam; integrated); empty where none are counted.
  std::vector<double> updates;
  double train_loss = study::kUndefined;  ///< endpoint: L of the first block on its own rows
  double noise_fraction = study::kUndefined;
  double drift_flow = study::kUndefined;
  double drift_modified = study::kUndefined;
  std::vector<double> drift_curve_flow;      ///< after each of the `horizon` steps
  std::vector<double> drift_curve_modified;  ///< alike
  bool converged = true;                     ///< every minimisation reached its tolerance
  /// Linear, on rank 0: eigenvalues of S = X^T X / n (of the original X), ascending, and their vectors; where
  /// early stopping (spectral engine or matrix_fit), or flow by step_size needs them.
  std::vector<double> eigenvalues;
  linalg::ConstMatrixView eigenvectors;  ///< in the memory of the stage `start`
  std::vector<double> gradient_energy;   ///< rank 0, linear flow: sum over snapshots of (V^T grad L)_j^2
  /// matrix_fit, on rank 0: X^T X / n and X^T y / n of the first block's own rows.
  linalg::DenseMatrix first_gram;
  std::vector<double> first_moment;
  std::vector<double> beta_true;  ///< linear target: that of the first block, on all ranks
};

/// Result of the stage `observe`: as many blocks as the most demanding of its points has replicates or
/// snapshots; a point takes the first of them.
class Deviation : public study::StageResult {
 public:
  OwnEntries entries;
  std::vector<DeviationBlock> blocks;
  /// Own data with rows: the same blocks (without theta) with each tenth of the rows left out.
  std::vector<std::vector<DeviationBlock>> without_part;
  DeviationFacts facts;
  TrainStage const* trained = nullptr;  ///< the stage before, for retraining
};

}  // namespace thresher::implicit_regularization
