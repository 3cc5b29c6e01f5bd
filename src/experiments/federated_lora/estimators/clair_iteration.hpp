#pragma once

#include "experiments/federated_lora/estimators/clair_program.hpp"
#include "linalg/dense_matrix.hpp"
#include "prox/tao_admm.hpp"
#include "prox/thresholded_subspace.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace thresher::federated_lora {

/// State and steps of the method for one stack. Beside M it stores A_k = M_k - C - L_k + Y_k / mu, of which
/// the residual block and the multipliers of the last iteration are multiples: R_k = f_k A_k, Y_k / mu = y_k
/// A_k.
class ClairIteration : public prox::AdmmProblem {
 public:
  /// `mean`: of the stack where C is free, else zero; `data_norm`: ||M - mean||_F > 0. References must
  /// outlive this object.
  ClairIteration(ClientStack const& stack, ClairSettings const& settings, linalg::DenseMatrix mean,
                 double data_norm);

  prox::AdmmStep iterate(double penalty) override;
  void change_penalty(double from, double to) override;
  void between_iterations(std::int64_t iteration, double penalty) override;

  /// This rank's state, to go on from with the same bits.
  std::vector<std::byte> state(std::int64_t iteration, double penalty) const;
  struct Position {
    std::int64_t iteration = 0;
    double penalty = 0;
    double tolerance = 0;
  };
  Position continue_from(std::span<std::byte const> state);
  /// Of the running solve: part of the state.
  void set_tolerance(double tolerance) { tolerance_ = tolerance; }
  /// `save` must outlive the solve.
  void save_by(SaveState const& save) { save_ = &save; }

  /// What the last iteration reached, with its certificate. Collective.
  void finish(double penalty, ClairSolution& solution);
  /// L (to the accuracy of the constraint: M - C - R) and Y of this rank. Not collective.
  void copy_blocks(double penalty, ClairBlocks& blocks);

 private:
  void move_common();
  /// Whole pieces that are made together.
  struct Chunk {
    std::size_t begin = 0;  ///< pieces
    std::size_t end = 0;
    std::int64_t columns = 0;
    std::int64_t at = 0;  ///< first column of this rank's part
  };
  /// Makes a chunk's columns of a matrix of the stack's shape in `x_`.
  using Columns = std::function<linalg::MatrixView(Chunk const&)>;
  /// What is thresholded: M - C + (y - f) A.
  linalg::MatrixView argument(Chunk const& chunk);
  /// Y - centre.
  linalg::MatrixView centred_multipliers(Chunk const& chunk, double penalty,
                                         linalg::DenseMatrix const& centre);
  /// Singular triplets above the threshold. Collective.
  prox::ShrinkingFactor above(double threshold, Columns const& columns);

  ClientStack const& stack_;
  ClairSettings const& settings_;
  double data_norm_;
  double tolerance_ = 0;
  std::vector<Chunk> chunks_;
  linalg::DenseMatrix a_;  ///< this rank's columns
  std::vector<double> f_;
  std::vector<double> y_;
  std::vector<double> squares_;  ///< ||A_k||^2
  linalg::DenseMatrix mean_;     ///< of M; zero where C is
  linalg::DenseMatrix common_;
  linalg::DenseMatrix x_;
  prox::ShrinkingFactor low_rank_;
  prox::ThresholdedSubspace subspace_;
  std::vector<double> violation_;  ///< ||M_k - C - L_k||_F of the last iteration
  double value_of_blocks_ = 0;
  SaveState const* save_ = nullptr;
};

}  // namespace thresher::federated_lora
