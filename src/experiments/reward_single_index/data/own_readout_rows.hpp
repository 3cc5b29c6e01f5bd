#pragma once

#include "experiments/reward_single_index/data/own_data.hpp"
#include "experiments/reward_single_index/data/readout_rows.hpp"
#include "linalg/column_groups.hpp"

namespace thresher::reward_single_index {

/// The user's rows of the second stage as the neurons see them.
class OwnReadoutRows : public ReadoutRows {
 public:
  /// `neurons`: the rows w_j of the first layer, a column each; or one column v, where w_j = s_j v. `data`
  /// must outlive this object.
  OwnReadoutRows(OwnData const& data, linalg::ConstMatrixView neurons) : data_(data), panel_(neurons) {}
  /// z is 0 where the user's file does not know the hidden direction.
  void fill(mpi::Range rows, linalg::MatrixView projections, std::span<double> y) const override;

  /// What it holds on a rank for so many neurons.
  static double bytes(Parameters const& point, std::int64_t neurons);

 private:
  OwnData const& data_;
  linalg::ColumnGroups panel_;
};

}  // namespace thresher::reward_single_index
