#pragma once

#include "study/team.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace thresher::reward_single_index {

/// A data set of the user's file, row by row. Rows are read in slabs of at most a million numbers (or one
/// row), so that rows that are asked for in order are read once. Not collective.
class SlabReader {
 public:
  /// Of a data set with so many rows and columns; a vector has one column. `input` must outlive it.
  SlabReader(study::InputReader const& input, std::string name, std::int64_t rows, std::int64_t columns);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  /// Valid until the next call. Throws study::UserError where an entry is not finite.
  std::span<double const> row(std::int64_t row) const;

  static double bytes(std::int64_t columns);

 private:
  study::InputReader const& input_;
  std::string name_;
  std::int64_t rows_;
  std::int64_t columns_;
  // What is kept can be read again.
  mutable mpi::Range held_;
  mutable std::vector<double> slab_;
};

}  // namespace thresher::reward_single_index
