#pragma once

#include "experiments/entropy_coupling/model/cells.hpp"
#include "experiments/entropy_coupling/solvers/reading.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <vector>

namespace thresher::entropy_coupling {

/// Best known sequential coupling with independent observations: the interval algorithm (Han and Hoshi 1997),
/// arithmetic coding of X by the observations. X's masses in natural order tile [0, 1); each observation cuts
/// every cell into sub-intervals in proportion to its law. Cells without a boundary are pure and forgotten.
///
/// Works in doubles relative to the cell: integers would floor H at the unit of mass. Cells never interact;
/// as soon as there are enough of them they are cut into contiguous blocks, which the ranks share. The blocks
/// do not depend on the ranks, and their sums are added in their order, so that results are bitwise the same
/// on any communicator.
class IntervalAlgorithm {
 public:
  /// `law` is held by rank 0 (others may be empty). `comm` must outlive this object. Collective.
  IntervalAlgorithm(mpi::Communicator const& comm, Law const& law);

  /// One more observation, held by rank 0. Collective.
  void observe(Law const& observation);
  /// H(X|Y) in bits, on every rank.
  double h_bits() const { return h_bits_; }
  /// Whether every cell is pure. A cell that was dropped for underflow was not.
  bool pure() const { return cells_ == 0 && !dropped_; }
  /// Reading after the last observation; rank 0 gets it. Collective.
  Reading read() const;

 private:
  struct Block {
    CellList<double> cells;
    double entropy = 0;
    bool dropped = false;
  };
  void cut(Block& block, Law const& observation, std::vector<double> const& cumulative) const;
  void spread_blocks();
  void sum_blocks();
  bool owns(std::size_t block) const;

  mpi::Communicator const& comm_;
  std::size_t symbols_ = 0;
  std::vector<Block> blocks_;  // one held by rank 0 until they are spread
  bool spread_ = false;
  double h_bits_ = 0;
  std::int64_t cells_ = 0;
  bool dropped_ = false;
};

}  // namespace thresher::entropy_coupling
