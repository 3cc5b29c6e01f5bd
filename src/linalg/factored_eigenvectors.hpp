#pragma once

#include "linalg/dense_matrix.hpp"

#include <cstdint>
#include <vector>

namespace thresher::linalg {

/// The eigendecomposition of a symmetric matrix with its eigenvectors left as a product V = Q W: the
/// reflectors of the reduction to a tridiagonal matrix, and the eigenvectors W of that (divide and conquer).
/// Where V only ever meets a few columns, multiplying Q and W (2 n^3) is not worth it.
class FactoredEigenvectors {
 public:
  FactoredEigenvectors() = default;
  /// The lower triangle of `a` is read. Not collective. Throws std::runtime_error when the iteration fails.
  explicit FactoredEigenvectors(DenseMatrix a);

  std::int64_t order() const { return reflectors_.rows(); }
  /// Eigenvalues, ascending.
  std::vector<double> const& values() const { return values_; }
  /// V^T B.
  DenseMatrix scores(ConstMatrixView panel) const;
  /// V S.
  DenseMatrix combine(ConstMatrixView scores) const;
  /// The eigenvectors of the `count` largest eigenvalues, the largest one first.
  DenseMatrix leading(std::int64_t count) const;
  /// V itself.
  DenseMatrix whole() const;

 private:
  DenseMatrix reflectors_;
  std::vector<double> tau_;
  std::vector<double> values_;
  DenseMatrix of_tridiagonal_;
};

}  // namespace thresher::linalg
