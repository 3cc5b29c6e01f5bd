#pragma once

#include "experiments/reward_single_index/data/trial_data.hpp"
#include "linalg/column_groups.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/pairwise_sum.hpp"

#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// First-layer rows w_j of which each rank of a communicator holds some coordinates, in blocks that depend on
/// d alone: sums over coordinates have the same bits for every number of ranks.
class SpreadWeights {
 public:
  struct Block {
    mpi::Range columns;
    linalg::ColumnGroups weights;  ///< columns.size() x neurons
    std::span<double const> theta;
  };

  /// The random start of the point: unit rows, uniform on the sphere or with the overlap `init_overlap`.
  /// `data` and `comm` must outlive it. Collective on `comm`.
  SpreadWeights(Parameters const& point, TrialData const& data, mpi::Communicator const& comm);

  std::vector<Block>& blocks() { return blocks_; }
  std::vector<Block> const& blocks() const { return blocks_; }
  mpi::PairwiseSum const& sum() const { return sum_; }
  /// Coordinates that one block has at most.
  static std::int64_t block_columns(std::int64_t dimension);

  /// Makes every row a unit vector. Collective.
  void normalise();
  /// <w_j, theta>. Collective.
  std::vector<double> overlaps() const;
  /// [theta; W] [theta; W]^T, neurons + 1 squared. Collective.
  linalg::DenseMatrix gram() const;

  mpi::Range own_columns() const { return sum_.owned(); }
  /// This rank's coordinates (rows) of all neurons (columns). Not collective.
  linalg::DenseMatrix own_weights() const;
  void set_own_weights(linalg::ConstMatrixView own);

 private:
  std::int64_t neurons_;
  mpi::PairwiseSum sum_;
  std::vector<Block> blocks_;
};

/// Squared norms of the columns of a panel, added to `sums`.
void add_column_squares(linalg::ColumnGroups const& panel, std::span<double> sums);

/// Biases b_j of the first stage. Not collective.
std::vector<double> first_biases(Parameters const& point, study::Team const& team);

}  // namespace thresher::reward_single_index
