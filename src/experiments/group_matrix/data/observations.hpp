#pragma once

#include "linalg/sparse_panel_products.hpp"
#include "mpi/partition.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// Observed entries of a matrix in the rows of one rank, row by row, columns ascending.
class Observations {
 public:
  Observations() = default;
  Observations(std::int64_t rows, std::int64_t columns, mpi::Range own)
      : rows_(rows), columns_(columns), own_(own) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  mpi::Range own() const { return own_; }
  /// Entries of this rank.
  std::int64_t count() const { return static_cast<std::int64_t>(value_.size()); }

  void reserve(std::int64_t count) {
    column_.reserve(static_cast<std::size_t>(count));
    value_.reserve(static_cast<std::size_t>(count));
  }
  void add(std::int64_t column, double value) {
    column_.push_back(static_cast<std::int32_t>(column));
    value_.push_back(value);
  }
  void end_row() { begin_.push_back(count()); }

  /// Entries of the rank's row number i.
  mpi::Range entries(std::int64_t i) const {
    return {begin_[static_cast<std::size_t>(i)], begin_[static_cast<std::size_t>(i + 1)]};
  }
  std::int64_t column(std::int64_t entry) const { return column_[static_cast<std::size_t>(entry)]; }
  double value(std::int64_t entry) const { return value_[static_cast<std::size_t>(entry)]; }
  std::span<double const> values() const { return value_; }
  std::span<std::int32_t const> column_list() const { return column_; }
  /// Places of the entries in the given rows (numbers among the rank's), with the numbers there of a list
  /// that has one per entry of the rank.
  template <class Value>
  std::vector<linalg::BasicSparseRow<Value>> rows_with(std::span<Value> numbers,
                                                       std::span<std::int32_t const> rows) const {
    std::vector<linalg::BasicSparseRow<Value>> result;
    for (auto const i : rows) {
      auto const range = entries(i);
      auto const begin = static_cast<std::size_t>(range.begin), size = static_cast<std::size_t>(range.size());
      result.push_back({column_list().subspan(begin, size), numbers.subspan(begin, size)});
    }
    return result;
  }

  /// The entries of which `keeps(own row, entry)` says so.
  Observations part(std::function<bool(std::int64_t, std::int64_t)> const& keeps) const;

 private:
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  mpi::Range own_;
  std::vector<std::int64_t> begin_{0};
  std::vector<std::int32_t> column_;
  std::vector<double> value_;
};

}  // namespace thresher::group_matrix
