#pragma once

#include "experiments/group_matrix/data/observations.hpp"
#include "experiments/group_matrix/data/row_groups.hpp"
#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// A matrix of low rank that lives on the rows of one group: row i is vectors times the row's coefficients.
struct FactorTerm {
  GroupRows const* rows = nullptr;
  linalg::DenseMatrix vectors;       ///< columns x rank, the same on all ranks
  linalg::DenseMatrix coefficients;  ///< rank x the rank's rows of the group

  std::int64_t rank() const { return vectors.columns(); }
};

/// Sum of such terms, the form that proximal averages keep. The groups must outlive it. Panels are
/// transposed: they have one column per row of the matrix. Nothing is collective.
class FactoredMatrix {
 public:
  void add(FactorTerm term);
  std::vector<FactorTerm> const& terms() const { return terms_; }

  /// panel.column(t) += scale times row rows[t] (numbers among this rank's rows, ascending).
  void add_rows(std::span<std::int32_t const> rows, double scale, linalg::MatrixView panel) const;
  /// out += scale Q^T (those rows as a panel): Q has a row per column of the matrix. Where its first columns
  /// are a term's vectors, these must be orthonormal.
  void add_product(std::span<std::int32_t const> rows, double scale, linalg::ConstMatrixView q,
                   linalg::MatrixView out) const;
  /// out += scale (those rows as a panel) P^T.
  void add_transposed_product(std::span<std::int32_t const> rows, double scale, linalg::ConstMatrixView p,
                              linalg::MatrixView out) const;
  /// out[k] += scale times the entry where observation k lies.
  void add_at(Observations const& where, double scale, std::span<double> out) const;
  /// This rank's part of the inner product with another.
  double inner_product(FactoredMatrix const& other) const;
  /// This rank's part of the product with itself.
  double squared_norm() const;

 private:
  std::vector<FactorTerm> terms_;
};

/// Columns of a panel by number, side by side.
linalg::DenseMatrix gathered(linalg::ConstMatrixView panel, std::span<std::int64_t const> columns);

}  // namespace thresher::group_matrix
