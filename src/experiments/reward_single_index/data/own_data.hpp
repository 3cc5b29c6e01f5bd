#pragma once

#include "experiments/reward_single_index/data/slab_reader.hpp"
#include "experiments/reward_single_index/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/partition.hpp"
#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::reward_single_index {

/// The user's rows, in the order of the file: those of the first stage and, from /X2 or behind them, those of
/// the second one. Standardised where the file asks for it, by the mean and the deviation of the columns over
/// the rows that the first stage uses: nothing of the second stage's rows is known before.
class OwnData {
 public:
  /// Collective: the columns' moments are sums over the team's rows, in a fixed order.
  OwnData(Parameters const& point, study::Team& team);

  /// The unit vector along /theta in the coordinates of the (standardised) inputs; zeros where there is none.
  std::vector<double> const& direction() const { return direction_; }
  bool is_standardized() const { return is_standardized_; }
  /// Mean and deviation of every column (0 and 1 where the inputs are taken as they are).
  std::vector<double> const& means() const { return mean_; }
  std::vector<double> const& deviations() const { return deviation_; }

  /// Which rows.
  enum class Fold { first, second };
  /// Coordinates `columns` of row i in column i - rows.begin of `out`. Not collective.
  void fill_inputs(Fold fold, mpi::Range rows, mpi::Range columns, linalg::MatrixView out) const;
  void fill_labels(Fold fold, std::int64_t first_row, std::span<double> y) const;

  /// What reading holds on a rank.
  static double bytes(Parameters const& point);

 private:
  struct Source {
    SlabReader inputs;
    SlabReader labels;
    std::int64_t first_row;  ///< of the fold in its data sets
  };
  static Source source_of(Parameters const& point, study::InputReader const& input, Fold fold);
  Source const& source(Fold fold) const { return fold == Fold::first ? first_ : second_; }
  void learn_scaling(Parameters const& point, mpi::Communicator const& comm);

  bool is_standardized_;
  Source first_;
  Source second_;
  std::vector<double> mean_;
  std::vector<double> deviation_;
  std::vector<double> scale_;  ///< 1 / deviation, 0 for a constant column
  std::vector<double> direction_;
};

}  // namespace thresher::reward_single_index
