#pragma once

#include "experiments/group_matrix/data/observations.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "experiments/group_matrix/data/signal.hpp"
#include "experiments/group_matrix/model/parameters.hpp"
#include "study/experiment.hpp"
#include "study/team.hpp"

#include <optional>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// The data of a trial: observed entries, who belongs together and, of simulated ones, the truth. Every rank
/// holds a contiguous share of the rows.
class MatrixData : public study::StageResult {
 public:
  /// Draws them, or reads the user's. Collective.
  MatrixData(Parameters const& point, study::Team& team);

  Parameters const& point() const { return point_; }
  mpi::Communicator const& communicator() const { return comm_; }
  Observations const& observations() const { return observations_; }
  /// Groups of the design, or the user's.
  std::vector<GroupRows> const& groups() const { return groups_; }
  /// Base blocks; of own data the levels of the first factor.
  std::vector<GroupRows> const& blocks() const { return blocks_; }
  /// All rows as one group.
  GroupRows const& whole() const { return whole_; }
  /// Of simulated data.
  std::optional<Signal> const& signal() const { return signal_; }
  /// The user's test cells; empty without.
  Observations const& tests() const { return tests_; }
  /// Whether the pairs of a base block and a column are never observed, block by block; empty where none is.
  std::vector<char> const& held() const { return held_; }
  bool is_held(std::int64_t block, std::int64_t column) const {
    return !held_.empty() && held_[static_cast<std::size_t>(block * observations_.columns() + column)] != 0;
  }
  /// Uniform numbers that split row number i of this rank's entries (one per column) for validation.
  void validation_draws(std::int64_t own_row, std::span<double> out) const;
  /// Uniform numbers that split the pairs of a block and each column.
  void validation_pair_draws(std::int64_t block, std::span<double> out) const;

 private:
  void draw(study::Team& team);
  void read(study::InputReader const& input);

  Parameters point_;
  mpi::Communicator const& comm_;
  random::Stream validation_;
  random::Stream validation_pairs_;
  std::vector<GroupRows> groups_;
  std::vector<GroupRows> blocks_;
  GroupRows whole_;
  std::optional<Signal> signal_;
  std::vector<char> held_;
  Observations observations_;
  Observations tests_;
};

}  // namespace thresher::group_matrix
