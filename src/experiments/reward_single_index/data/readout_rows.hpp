#pragma once

#include "experiments/reward_single_index/data/noise_draws.hpp"
#include "experiments/reward_single_index/model/parameters.hpp"
#include "experiments/reward_single_index/model/reward_link.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/partition.hpp"
#include "study/team.hpp"

#include <span>

namespace thresher::reward_single_index {

/// Rows of the second stage, which sees an input only through (z, u) = (<theta, x>, W x).
class ReadoutRows {
 public:
  virtual ~ReadoutRows() = default;
  /// Columns of `projections` (neurons + 1 rows, rows.size() columns) become (z, u_1 .. u_N) of rows [rows);
  /// y their labels. A function of the row numbers alone. Not collective.
  virtual void fill(mpi::Range rows, linalg::MatrixView projections, std::span<double> y) const = 0;
};

/// (z, u) drawn exactly, from N(0, G) with G = [theta; W] [theta; W]^T, as G^{1/2} xi with the symmetric
/// root: columns of eigenvectors alone would have signs that round-off may flip.
class ProjectedRows : public ReadoutRows {
 public:
  /// `root`: G^{1/2}, which must outlive this object.
  ProjectedRows(Parameters const& point, RewardLink const& link, linalg::DenseMatrix const& root,
                study::Team const& team);
  void fill(mpi::Range rows, linalg::MatrixView projections, std::span<double> y) const override;

 private:
  RewardLink const& link_;
  linalg::DenseMatrix const& root_;
  random::Stream stream_;
  NoiseDraws noise_;
};

}  // namespace thresher::reward_single_index
