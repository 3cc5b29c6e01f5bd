#pragma once

#include "linalg/column_groups.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::linalg {

/// A panel of floats in groups of 16 columns: as ColumnGroups, with twice as many products at a time. Sums
/// are floats, so a block should have few rows, and sums over blocks should be doubles.
class FloatColumnGroups {
 public:
  static constexpr std::int64_t kWidth = 16;

  FloatColumnGroups() = default;
  /// Zeros.
  FloatColumnGroups(std::int64_t rows, std::int64_t columns)
      : rows_(rows), columns_(columns), values_(static_cast<std::size_t>(rows * groups() * kWidth)) {}
  /// Rounded.
  explicit FloatColumnGroups(ColumnGroups const& panel);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t groups() const { return (columns_ + kWidth - 1) / kWidth; }
  float* group(std::int64_t g) { return values_.data() + g * rows_ * kWidth; }
  float const* group(std::int64_t g) const { return values_.data() + g * rows_ * kWidth; }
  float operator()(std::int64_t i, std::int64_t j) const {
    return group(j / kWidth)[i * kWidth + j % kWidth];
  }
  /// Into a panel of the same shape.
  void copy_to(ColumnGroups& panel) const;

 private:
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::vector<float> values_;
};

/// Columns of floats.
struct FloatBlock {
  float const* data;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t leading;
  std::span<float const> column(std::int64_t j) const {
    return {data + j * leading, static_cast<std::size_t>(rows)};
  }
};

/// As those of ColumnGroups.
void block_scores(FloatBlock block, FloatColumnGroups const& panel, FloatColumnGroups& scores);
void add_block_image(FloatBlock block, FloatColumnGroups const& scores, FloatColumnGroups& image);

/// sums[j] += <a, column j>, and += |column j of the panel|^2: in doubles, in one order of additions
/// everywhere.
void add_inner_products(std::span<double const> a, FloatBlock block, std::span<double> sums);
void add_column_squares(FloatColumnGroups const& panel, std::span<double> sums);

}  // namespace thresher::linalg
