#pragma once

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <vector>

namespace thresher::linalg {

/// How the rows of panels (tall matrices of few columns) are spread over a team: rank r holds the r-th share
/// of them. `comm` must outlive the layout.
class RowLayout {
 public:
  RowLayout(mpi::Communicator const& comm, std::int64_t rows) : comm_(&comm), rows_(rows) {}

  mpi::Communicator const& communicator() const { return *comm_; }
  std::int64_t rows() const { return rows_; }
  /// Rows of this rank.
  mpi::Range owned() const { return owned_by(comm_->rank()); }
  mpi::Range owned_by(int rank) const { return mpi::share(rows_, rank, comm_->size()); }

 private:
  mpi::Communicator const* comm_;
  std::int64_t rows_;
};

/// Every rank gets the whole panel of which each holds its own rows. Collective.
void gather_rows(RowLayout const& layout, ConstMatrixView own, MatrixView whole);
/// The same on `owner` alone; `whole` is ignored elsewhere. Collective.
void gather_rows_to(RowLayout const& layout, int owner, ConstMatrixView own, MatrixView whole);
/// Every rank gets its own rows of the panel that `owner` holds. Collective.
void scatter_rows_from(RowLayout const& layout, int owner, ConstMatrixView whole, MatrixView own);
/// Every rank gets its own rows of the sum of all ranks' panels. `partial` is used as scratch. Collective.
void sum_to_rows(RowLayout const& layout, MatrixView partial, MatrixView own);
/// A copy of this rank's rows of a panel that it holds whole. Not collective.
void copy_own_rows(RowLayout const& layout, ConstMatrixView whole, MatrixView own);

/// Inner products of the columns a_j and b_j. Collective; all ranks get the same numbers.
std::vector<double> column_inner_products(RowLayout const& layout, ConstMatrixView own_a,
                                          ConstMatrixView own_b);
/// A^T B. Collective; all ranks get the same numbers, column-major.
std::vector<double> cross_products(RowLayout const& layout, ConstMatrixView own_a, ConstMatrixView own_b);

}  // namespace thresher::linalg
