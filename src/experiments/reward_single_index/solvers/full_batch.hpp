#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "experiments/reward_single_index/model/label_transform.hpp"
#include "experiments/reward_single_index/solvers/transform_moments.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/fixed_order_sum.hpp"
#include "study/kept_work.hpp"

#include <functional>
#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// Rows in blocks that depend on sizes alone, with their inputs: sums over rows have the same bits for every
/// team.
class RowBlocks {
 public:
  /// Collective.
  RowBlocks(Parameters const& point, TrialData const& data);
  struct Block {
    linalg::TallMatrix inputs;  ///< on this rank alone
    Labels labels;
  };
  /// Adds up what `partial` makes of every block. Collective.
  void sum(std::function<void(Block const&, std::span<double>)> const& partial,
           std::span<double> result) const;

  static int block_count(Parameters const& point);

 private:
  mpi::Communicator self_ = mpi::Communicator::self();
  mpi::FixedOrderSum sum_;
  std::vector<Block> blocks_;
};

/// `batch_iters` steps w_j <- normalise(w_j + lr_batch (G_j - <G_j, w_j> w_j)) on the same rows,
/// G_j = (1/n1) sum_i s_j T(y_i) act'(u_ij + b_j) x_i, from and to `weights` (d x neurons, whole on every
/// rank). Throws study::Interrupted. Collective.
void full_batch_descent(Parameters const& point, RowBlocks const& rows, LabelTransform const& transform,
                        std::vector<double> const& biases, linalg::DenseMatrix& weights,
                        study::KeptWork& work);

}  // namespace thresher::reward_single_index
