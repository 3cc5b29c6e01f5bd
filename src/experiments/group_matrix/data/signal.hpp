#pragma once

#include "experiments/group_matrix/model/design.hpp"
#include "experiments/group_matrix/model/parameters.hpp"
#include "linalg/dense_matrix.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace thresher::group_matrix {

/// Named streams of a trial.
using StreamOf = std::function<random::Stream(std::string_view)>;

/// The true matrix as factors: row i is sqrt(d / k_i) (u_i Q_0^T + sum over its groups u_ig Q_g^T).
class Signal {
 public:
  /// Bases are drawn and decomposed by one rank. `own`: rows of which this rank draws the scores. Collective.
  Signal(Parameters const& point, mpi::Communicator const& comm, mpi::Range own, StreamOf const& stream);

  /// Q_0 and all Q_g side by side, held by all ranks.
  linalg::DenseMatrix const& bases() const { return bases_; }
  /// Scores with the row's factor sqrt(d / k_i), one column per own row; 0 where a component is not the
  /// row's.
  linalg::DenseMatrix const& scores() const { return scores_; }
  /// The row's columns of `bases`.
  std::vector<std::int64_t> const& components(std::int64_t own_row) const {
    return kinds_[static_cast<std::size_t>(kind_of_[static_cast<std::size_t>(own_row)])];
  }
  /// Columns of `bases` below it belong to Q_0.
  std::int64_t shared() const { return shared_; }
  /// Writes the row, with the same bits wherever it is made. Not collective.
  void row(std::int64_t own_row, std::span<double> out) const;

 private:
  void draw_bases(Parameters const& point, mpi::Communicator const& comm, StreamOf const& stream);
  void draw_scores(Parameters const& point, mpi::Range own, StreamOf const& stream);

  Design design_;
  std::int64_t shared_;
  std::vector<std::int64_t> offsets_;  ///< first column of each group's basis, and the number of all columns
  linalg::DenseMatrix bases_;
  linalg::DenseMatrix scores_;
  std::vector<std::vector<std::int64_t>> kinds_;  ///< the sets of components that rows have
  std::vector<std::int32_t> kind_of_;
};

}  // namespace thresher::group_matrix
