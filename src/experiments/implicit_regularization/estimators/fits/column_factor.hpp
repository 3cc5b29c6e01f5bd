#pragma once

#include "experiments/implicit_regularization/estimators/fits/sign.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstddef>
#include <span>
#include <vector>

/// Least squares of the deviation b on candidate gradients c_1..c_K that are spread over ranks and blocks.
/// All of it is done on the K + 1 numbers square factor R of [c_1 .. c_K b] = Q R: no product of columns is
/// ever squared, so near-collinear columns keep their digits, and blocks need not be stored.
namespace thresher::implicit_regularization {

/// One coefficient by itself.
struct SingleFit {
  double coefficient = 0;  ///< <c, b> / |c|^2
  double r2 = 0;           ///< share of |b|^2 that it explains
};

/// Several coefficients together.
struct JointFit {
  std::vector<double> coefficients;
  double r2 = 0;
  double condition = 1;  ///< of the columns at unit length, capped at 1e16
  /// Whether the coefficients mean anything one by one; r2 does in any case.
  bool is_identifiable() const { return condition < 1e6; }
};

/// The factor of all rows. Rank 0 of the team decided its bits; processors that differ may differ in the last
/// bits of what they compute from it.
class ColumnFactor {
 public:
  /// R, upper triangular, of the columns and (last) the target.
  explicit ColumnFactor(linalg::DenseMatrix factor);

  std::size_t columns() const { return static_cast<std::size_t>(factor_.columns()) - 1; }
  double target_norm() const;

  /// A coefficient that sign forbids is 0 and explains 0, as does a column of zeros.
  SingleFit single(std::size_t column, Sign sign) const;
  /// At least one member, at most twelve where signs are bound: all active sets are tried, so that the answer
  /// needs no tolerance. Of columns that depend on each other the shortest solution.
  JointFit joint(std::span<std::size_t const> of_columns, Sign sign) const;
  /// Cosine of two columns; `columns()` is the target. 0 where one vanishes.
  double cosine(std::size_t a, std::size_t b) const;
  /// |b - sum truth_k c_k| / |b|.
  double stationarity(std::span<std::size_t const> of_columns, std::span<double const> truth) const;
  /// max_k |(A^+ r)_k| / truth_k with r = b - A truth: how far unbound least squares is off, relative to each
  /// coefficient.
  double error_of_truth(std::span<std::size_t const> of_columns, std::span<double const> truth) const;

 private:
  std::vector<double> remainder(std::span<std::size_t const> of_columns,
                                std::span<double const> coefficients) const;
  /// The columns divided by their lengths.
  linalg::DenseMatrix unit_columns(std::span<std::size_t const> of_columns) const;
  std::vector<double> free_fit(std::span<std::size_t const> of_columns, std::vector<double> target) const;

  linalg::DenseMatrix factor_;
  std::vector<double> norms_;
};

}  // namespace thresher::implicit_regularization
