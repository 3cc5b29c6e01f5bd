#pragma once

#include "experiments/mixed_quality_lasso/data/recycled_buffer.hpp"
#include "experiments/mixed_quality_lasso/model/parameters.hpp"
#include "mpi/partition.hpp"
#include "random/stream.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace thresher::mixed_quality_lasso {

/// Row ids of low-quality rows start here: ids do not depend on the numbers of rows, so that designs are
/// nested.
inline constexpr std::int64_t kLowQualityRow = std::int64_t{1} << 31;

/// This rank's columns of X, made when they are first asked for and kept (`dense`), or made and dropped
/// (`regenerate`): the same bits either way. A column holds its high-quality rows, then its low-quality rows.
/// Not thread-safe; nothing here is collective.
class DesignColumns {
 public:
  DesignColumns(random::Stream stream, mpi::Range columns, std::int64_t high_quality_rows,
                std::int64_t low_quality_rows);

  mpi::Range range() const { return columns_; }
  std::int64_t high_quality_rows() const { return high_; }

  /// Calls work(first, pointers) for pieces of `which` (ascending columns of this rank); pointers[k] is the
  /// first entry of column which[first + k] and holds during the call.
  using Work = std::function<void(std::size_t first, std::span<double const* const> pointers)>;
  void visit(std::span<std::int64_t const> which, Storage storage, Work const& work);

  /// Whether `column` is kept in memory, and where.
  double const* stored(std::int64_t column) const;

 private:
  void generate(std::int64_t begin, std::int64_t end, double* out) const;
  void store_block(std::int64_t block);
  void visit_stored(std::span<std::int64_t const> which, Work const& work);
  void visit_scratch(std::span<std::int64_t const> which, Work const& work);

  random::Stream stream_;
  mpi::Range columns_;
  std::int64_t high_;
  std::int64_t rows_;
  std::int64_t block_columns_;
  RecycledBuffer entries_;
  std::vector<char> is_stored_;  ///< per block
  std::vector<double> scratch_;
};

}  // namespace thresher::mixed_quality_lasso
