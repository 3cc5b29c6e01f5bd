#pragma once

#include "linalg/lapack.hpp"
#include "mpi/communicator.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <span>

namespace thresher::prox {

/// The matrix A (n x p) of a regression as solvers see it: products with columns, and chosen columns on
/// request. It may be stored, or made anew each time that it is asked for. It is distributed twice over:
/// products with all columns are taken by contiguous shares of *columns*, each rank its own; chosen columns
/// are handed out by *rows*, each rank its own part of all of them. Vectors of length n are replicated and
/// bitwise equal on all ranks. Column indices are global.
class Design {
 public:
  virtual ~Design() = default;

  virtual mpi::Communicator const& communicator() const = 0;
  virtual std::int64_t rows() const = 0;
  virtual std::int64_t columns() const = 0;
  /// Rows that are not identically zero: no more columns than these are linearly independent.
  virtual std::int64_t nonzero_rows() const { return rows(); }

  /// Columns whose products this rank takes.
  virtual mpi::Range local_columns() const = 0;
  /// products(k, m) = A_{which[k]} . vectors(:, m) for ascending local columns `which`. The bits of a product
  /// do not depend on what else is asked for. Not collective.
  virtual void correlate(std::span<std::int64_t const> which, linalg::ConstMatrixView vectors,
                         linalg::MatrixView products) const = 0;
  /// Squared norms of ascending local columns `which`; cheapest right after a `correlate` of them.
  /// Not collective.
  virtual void squared_norms(std::span<std::int64_t const> which, std::span<double> norms) const = 0;
  /// sum = A beta, where each rank names its own local columns `which` (ascending) and their coefficients.
  /// The same bits on all ranks. Collective.
  virtual void combine(std::span<std::int64_t const> which, std::span<double const> coefficients,
                       std::span<double> sum) const = 0;

  /// Rows of a panel that this rank holds.
  virtual std::int64_t panel_rows() const = 0;
  /// This rank's rows of the columns `which`, the same list on all ranks, in any order. Collective.
  virtual void gather_panel(std::span<std::int64_t const> which, linalg::MatrixView panel) const = 0;
  /// This rank's rows of a replicated vector. Not collective.
  virtual void take_panel_rows(std::span<double const> full, std::span<double> part) const = 0;
  /// The inverse: the replicated vector of which every rank holds its panel rows. The same bits on all ranks.
  /// Collective.
  virtual void assemble_rows(std::span<double const> part, std::span<double> full) const = 0;
};

}  // namespace thresher::prox
