#pragma once

#include "experiments/group_matrix/data/observations.hpp"
#include "experiments/group_matrix/solvers/factored_matrix.hpp"
#include "linalg/lapack.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::group_matrix {

/// Rows are made dense where so much of them is observed, if the panel has no more numbers.
inline constexpr double kDensePart = 0.4;
inline constexpr std::int64_t kMostDense = std::int64_t{1} << 23;

/// The rows of a group of a matrix X on this rank, transposed (a column per row), as a panel or by products.
/// Nothing is collective.
class RowOperator {
 public:
  virtual ~RowOperator() = default;
  /// The panel, columns x own rows of group g; valid until the next call.
  virtual linalg::ConstMatrixView panel(std::size_t g) const = 0;
  /// out (b x own rows) = Q^T panel.
  virtual void multiply(std::size_t g, linalg::ConstMatrixView q, linalg::MatrixView out) const = 0;
  /// out (columns x b) = panel P^T.
  virtual void multiply_transposed(std::size_t g, linalg::ConstMatrixView p,
                                   linalg::MatrixView out) const = 0;
  /// Both: inner = Q^T panel and out = panel inner^T.
  virtual void gram_product(std::size_t g, linalg::ConstMatrixView q, linalg::MatrixView inner,
                            linalg::MatrixView out) const = 0;
};

/// Panels that are there, one per group.
class PanelRows : public RowOperator {
 public:
  explicit PanelRows(std::span<linalg::DenseMatrix const> panels) : panels_(panels) {}
  linalg::ConstMatrixView panel(std::size_t g) const override { return panels_[g].view(); }
  void multiply(std::size_t g, linalg::ConstMatrixView q, linalg::MatrixView out) const override;
  void multiply_transposed(std::size_t g, linalg::ConstMatrixView p, linalg::MatrixView out) const override;
  void gram_product(std::size_t g, linalg::ConstMatrixView q, linalg::MatrixView inner,
                    linalg::MatrixView out) const override;

 private:
  std::span<linalg::DenseMatrix const> panels_;
};

/// A sparse matrix, with the pattern of observations and values of its own, and factored ones. What it refers
/// to must outlive it.
class SparseAndFactoredRows : public RowOperator {
 public:
  struct Part {
    FactoredMatrix const* matrix;
    double scale;
  };
  SparseAndFactoredRows(Observations const& pattern, std::span<double const> values,
                        std::vector<GroupRows const*> groups, std::vector<Part> parts);

  linalg::ConstMatrixView panel(std::size_t g) const override;
  void multiply(std::size_t g, linalg::ConstMatrixView q, linalg::MatrixView out) const override;
  void multiply_transposed(std::size_t g, linalg::ConstMatrixView p, linalg::MatrixView out) const override;
  void gram_product(std::size_t g, linalg::ConstMatrixView q, linalg::MatrixView inner,
                    linalg::MatrixView out) const override;

 private:
  /// Whether products take less time by the panel.
  bool is_dense(std::size_t g) const;

  Observations const& pattern_;
  std::span<double const> values_;
  std::vector<GroupRows const*> groups_;
  std::vector<Part> parts_;
  mutable linalg::DenseMatrix scratch_;
};

}  // namespace thresher::group_matrix
