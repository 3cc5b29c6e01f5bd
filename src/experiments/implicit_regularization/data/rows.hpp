#pragma once

#include "linalg/lapack.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <span>

namespace thresher::implicit_regularization {

/// Rows 0..count-1 that a model is evaluated on, of which this rank holds some: all of them, or its blocks
/// (row_blocks).
struct Rows {
  std::int64_t count = 0;
  mpi::Range held;
  linalg::ConstMatrixView x;              ///< d x held: a row of X per column
  std::span<double const> y;              ///< held; empty for a design without labels
  std::span<std::int64_t const> numbers;  ///< held: of the rows in X, which key their dropout masks

  /// The part `range` (within `held`).
  Rows part(mpi::Range range) const {
    auto const begin = range.begin - held.begin;
    auto const first = static_cast<std::size_t>(begin);
    auto const size = static_cast<std::size_t>(range.size());
    return {range.size(),
            {0, range.size()},
            x.block(0, begin, x.rows, range.size()),
            y.empty() ? y : y.subspan(first, size),
            numbers.empty() ? numbers : numbers.subspan(first, size)};
  }
};

}  // namespace thresher::implicit_regularization
