#pragma once

#include "experiments/group_matrix/data/observations.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <vector>

namespace thresher::group_matrix {

/// A group that is penalised. The rows are somebody else's.
struct PenalisedGroup {
  GroupRows const* rows = nullptr;
  double weight = 1;  ///< a_g > 0
};

/// Penalty sum_g lambda_g ||M_g||_* with levels lambda_g = f w_g from one number f: w_g is the size of the
/// noise of unit variance in group g, where every row is split over its groups by their shares of the weights
/// (a dual decomposition: the penalty must dominate the noise).
class GroupPenalty {
 public:
  /// For these observations; every row must be in a group. Collective.
  GroupPenalty(mpi::Communicator const& comm, std::vector<PenalisedGroup> groups,
               Observations const& observations);

  std::vector<PenalisedGroup> const& groups() const { return groups_; }
  std::vector<GroupRows const*> rows() const;
  /// a_g / sum of the weights of the row's groups.
  double share(std::size_t g, std::int64_t own_row) const {
    return groups_[g].weight / total_weight_[static_cast<std::size_t>(own_row)];
  }
  /// Number of groups that contain the row.
  double coverage(std::int64_t own_row) const { return coverage_[static_cast<std::size_t>(own_row)]; }
  /// w_g; 0 where a group has no observation.
  std::vector<double> const& noise_sizes() const { return noise_sizes_; }
  /// Smallest f at which the estimate is 0: max_g ||share P_g P_Omega Y|| / w_g.
  double start() const { return start_; }
  /// lambda_g = f w_g.
  std::vector<double> levels(double f) const;
  /// ||P_Omega Y||_F.
  double data_norm() const { return data_norm_; }

 private:
  std::vector<PenalisedGroup> groups_;
  std::vector<double> total_weight_;
  std::vector<double> coverage_;
  std::vector<double> noise_sizes_;
  double start_ = 0;
  double data_norm_ = 0;
};

}  // namespace thresher::group_matrix
