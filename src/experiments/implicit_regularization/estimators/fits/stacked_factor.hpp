#pragma once

#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"
#include "experiments/implicit_regularization/estimators/fits/entry_order.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace thresher::implicit_regularization {

/// Takes the rows of the columns and the target a few at a time.
class StackedFactor {
 public:
  explicit StackedFactor(std::size_t columns);

  /// More rows; all spans are of one length.
  void add(std::span<std::span<double const> const> columns, std::span<double const> target);
  /// Goes on from the factor of other rows, as `triangle` gave it.
  void start_from(std::span<double const> triangle);
  /// All entries of the factor, column by column, 0 below the diagonal.
  std::vector<double> triangle() const;
  ColumnFactor factor() const;

 private:
  /// Folds the rows below the factor into it.
  void reduce(std::int64_t rows);

  std::int64_t width_;           ///< columns and target
  linalg::DenseMatrix stack_;    ///< the factor, and below it rows to come
  std::vector<double> scalars_;  ///< of the reflectors
};

/// The factor of rows that are spread over ranks. Every piece of entries has a factor of its own, and those
/// are stacked in the order of the entries: the same bits on every team.
class SpreadFactor {
 public:
  /// `order` must outlive this object.
  SpreadFactor(std::size_t columns, EntryOrder const& order);

  /// The rows of this rank's entries in one more block of weights. Not collective.
  void add(std::span<std::span<double const> const> columns, std::span<double const> target);
  /// Of all rows. Collective.
  ColumnFactor factor() const;

 private:
  EntryOrder const& order_;
  std::size_t columns_;
  StackedFactor work_;
  std::vector<std::vector<double>> triangles_;  ///< one per own piece
};

}  // namespace thresher::implicit_regularization
