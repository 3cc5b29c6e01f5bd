#include "experiments/linear_generative/data/row_order.hpp"

#include <cstddef>
#include <numeric>

namespace thresher::linear_generative {

namespace {

/// Fewer rows or columns leave the ratios to chance.
constexpr std::int64_t kFewest = 16;
/// Ratios below the first are smooth, above the second in no order.
constexpr double kSmooth = 0.5;
constexpr double kInNoOrder = 0.8;

double square(double value) {
  return value * value;
}

}  // namespace

RowOrder::RowOrder(std::int64_t columns) : mean_(static_cast<std::size_t>(columns)) {}

void RowOrder::see(std::span<double const> rows) {
  for (; !rows.empty(); rows = rows.subspan(mean_.size())) see_row(rows.first(mean_.size()));
}

void RowOrder::see_row(std::span<double const> row) {
  ++rows_;
  double const own_mean = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
  for (std::size_t j = 0; j < row.size(); ++j) {
    around_rows_ += square(row[j] - own_mean);
    if (j > 0) within_rows_ += square(row[j] - row[j - 1]);
    if (rows_ > 1) from_row_to_row_ += square(row[j] - last_[j]);
    // Welford's update.
    double const deviation = row[j] - mean_[j];
    mean_[j] += deviation / static_cast<double>(rows_);
    around_columns_ += deviation * (row[j] - mean_[j]);
  }
  last_.assign(row.begin(), row.end());
}

bool RowOrder::looks_transposed() const {
  if (rows_ < kFewest || static_cast<std::int64_t>(mean_.size()) < kFewest) return false;
  // Both sums are over as many differences as their variances have degrees of freedom.
  return from_row_to_row_ < kSmooth * 2 * around_columns_ && within_rows_ > kInNoOrder * 2 * around_rows_;
}

}  // namespace thresher::linear_generative
