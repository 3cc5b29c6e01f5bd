#pragma once

#include "experiments/hierarchical_features/model/tile_kernels.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"
#include "numerics/aligned_vector.hpp"

#include <cstdint>
#include <functional>
#include <span>

namespace thresher::hierarchical_features {

/// How samples are held: in memory, or made anew at every pass.
enum class Holding { stored, regenerated };

/// Samples x of which each rank of a team holds (or can make) a contiguous share, laid out for the tile
/// kernels. `comm` must outlive it.
class SampleStrips {
 public:
  /// Writes samples [rows) coordinate after coordinate: out[k * leading + s]. A function of the row numbers
  /// alone. Not collective.
  using Generator = std::function<void(mpi::Range rows, std::span<double> out, std::int64_t leading)>;

  /// Bytes that the largest share occupies, and that a block in the making does. Not collective.
  static double bytes_per_rank(std::int64_t rows, std::int64_t coordinates, int ranks, Holding holding);

  /// Makes what is to be stored. Collective: a failure on one rank is thrown on all.
  SampleStrips(mpi::Communicator const& comm, std::int64_t rows, std::int64_t coordinates, Holding holding,
               Generator generate);

  mpi::Communicator const& communicator() const { return *comm_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t coordinates() const { return coordinates_; }
  /// Rows of this rank.
  mpi::Range owned() const { return mpi::share(rows_, comm_->rank(), comm_->size()); }

  /// Shows this rank's rows in blocks of strips, each once and in order; where rows are too few for the last
  /// strip its samples are zeros. Not collective.
  using Visitor = std::function<void(mpi::Range rows, Strips strips)>;
  void visit(Visitor const& visitor) const;

 private:
  std::int64_t block_rows() const;
  void fill(mpi::Range rows, double* strips) const;

  mpi::Communicator const* comm_;
  std::int64_t rows_;
  std::int64_t coordinates_;
  Holding holding_;
  Generator generate_;
  numerics::AlignedVector stored_;
};

}  // namespace thresher::hierarchical_features
