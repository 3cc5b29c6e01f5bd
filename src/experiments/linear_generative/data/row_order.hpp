#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linear_generative {

/// Tells rows that are examples from rows that are pixels, as in a data set that was written in the other
/// order of dimensions. The sign is von Neumann's ratio, the mean square difference of neighbours over twice
/// the variance (Ann. Math. Stat. 12, 1941, 367): near 1 where the order means nothing, as among examples,
/// small where entries run smoothly, as pixels do.
class RowOrder {
 public:
  explicit RowOrder(std::int64_t columns);
  /// The next rows, whole and row-major.
  void see(std::span<double const> rows);
  /// Smooth from row to row and not within a row. False while there are too few rows or columns to tell.
  bool looks_transposed() const;

 private:
  void see_row(std::span<double const> row);

  std::int64_t rows_ = 0;
  std::vector<double> last_;
  std::vector<double> mean_;    ///< of each column
  double from_row_to_row_ = 0;  ///< sums of squared differences of neighbours
  double within_rows_ = 0;
  double around_columns_ = 0;  ///< sums of squares around the means of the columns, and of the rows
  double around_rows_ = 0;
};

}  // namespace thresher::linear_generative
