#pragma once

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::linalg {

/// How the rows of a tall matrix are held: in memory, in memory rounded to float, or made anew at every pass.
enum class RowStorage { stored, stored32, implicit };

/// Writes rows [rows) one after the other to `out`. A function of the row numbers alone: every call, on every
/// rank, gives the same bits. Not collective.
using RowGenerator = std::function<void(mpi::Range rows, std::span<double> out)>;

/// A matrix of which each rank of a team holds (or can make) a contiguous share of the rows. `comm` must
/// outlive it.
class TallMatrix {
 public:
  /// Bytes that the largest share occupies. Not collective.
  static double bytes_per_rank(std::int64_t rows, std::int64_t columns, int ranks, RowStorage storage);

  /// Generates what is to be stored. Collective: a failure on one rank is thrown on all.
  TallMatrix(mpi::Communicator const& comm, std::int64_t rows, std::int64_t columns, RowStorage storage,
             RowGenerator generate);

  mpi::Communicator const& communicator() const { return *comm_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  RowStorage storage() const { return storage_; }
  /// Rows of this rank.
  mpi::Range owned() const { return mpi::share(rows_, comm_->rank(), comm_->size()); }

  /// Shows this rank's rows in blocks, each once and in order: column k of `block` is row rows.begin + k. Not
  /// collective.
  using Visitor = std::function<void(mpi::Range rows, ConstMatrixView block)>;
  void visit(Visitor const& visitor) const;

  /// This rank's rows one after the other where they are held as floats, else nothing. Not collective.
  std::span<float const> floats() const { return floats_; }

  /// Copies some of this rank's rows, one per column of `out` (contiguous columns). Not collective.
  void copy(mpi::Range rows, MatrixView out) const;

 private:
  std::int64_t block_rows() const;
  mpi::Communicator const* comm_;
  std::int64_t rows_;
  std::int64_t columns_;
  RowStorage storage_;
  RowGenerator generate_;
  std::vector<double> doubles_;
  std::vector<float> floats_;
};

}  // namespace thresher::linalg
