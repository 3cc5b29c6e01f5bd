#include "linalg/factored_eigenvectors.hpp"

#include "linalg/lapack_eigen.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace thresher::linalg {

FactoredEigenvectors::FactoredEigenvectors(DenseMatrix a)
    : reflectors_(std::move(a)),
      tau_(static_cast<std::size_t>(order())),
      values_(static_cast<std::size_t>(order())),
      of_tridiagonal_(order(), order()) {
  if (order() == 0) return;
  std::vector<double> off_diagonal(values_.size());
  sytrd(reflectors_.view(), values_, off_diagonal, tau_);
  stevd(values_, off_diagonal, of_tridiagonal_.view());
}

DenseMatrix FactoredEigenvectors::scores(ConstMatrixView panel) const {
  assert(panel.rows == order());
  DenseMatrix reduced(panel.rows, panel.columns);
  for (std::int64_t j = 0; j < panel.columns; ++j)
    std::ranges::copy(panel.column(j), reduced.column(j).begin());
  ormtr(Transpose::yes, reflectors_.view(), tau_, reduced.view());
  DenseMatrix result(panel.rows, panel.columns);
  gemm(Transpose::yes, Transpose::no, 1, of_tridiagonal_.view(), reduced.view(), 0, result.view());
  return result;
}

DenseMatrix FactoredEigenvectors::combine(ConstMatrixView scores) const {
  assert(scores.rows == order());
  DenseMatrix result(scores.rows, scores.columns);
  gemm(Transpose::no, Transpose::no, 1, of_tridiagonal_.view(), scores, 0, result.view());
  ormtr(Transpose::no, reflectors_.view(), tau_, result.view());
  return result;
}

DenseMatrix FactoredEigenvectors::leading(std::int64_t count) const {
  assert(count <= order());
  DenseMatrix result(order(), count);
  for (std::int64_t k = 0; k < count; ++k)
    std::ranges::copy(of_tridiagonal_.column(order() - 1 - k), result.column(k).begin());
  ormtr(Transpose::no, reflectors_.view(), tau_, result.view());
  return result;
}

DenseMatrix FactoredEigenvectors::whole() const {
  DenseMatrix result = of_tridiagonal_;
  ormtr(Transpose::no, reflectors_.view(), tau_, result.view());
  return result;
}

}  // namespace thresher::linalg
