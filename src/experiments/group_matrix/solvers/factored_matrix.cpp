#include "experiments/group_matrix/solvers/factored_matrix.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"

#include <algorithm>
#include <utility>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Where two ascending lists of rows have the same one.
struct Common {
  std::vector<std::int64_t> left, right;

  Common(std::span<std::int32_t const> a, std::span<std::int32_t const> b) {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
      if (a[i] < b[j]) {
        ++i;
      } else if (b[j] < a[i]) {
        ++j;
      } else {
        left.push_back(static_cast<std::int64_t>(i++));
        right.push_back(static_cast<std::int64_t>(j++));
      }
    }
  }
  std::int64_t count() const { return static_cast<std::int64_t>(left.size()); }
};

void add_scattered(ConstMatrixView part, std::span<std::int64_t const> columns, MatrixView panel) {
  for (std::size_t k = 0; k < columns.size(); ++k) {
    double const* const from = part.column(static_cast<std::int64_t>(k)).data();
    double* const to = panel.column(columns[k]).data();
    for (std::int64_t j = 0; j < part.rows; ++j) to[j] += from[j];
  }
}

double dot(double const* a, double const* b, std::int64_t size) {
  constexpr std::int64_t kLanes = 8;
  double sums[kLanes] = {};
  std::int64_t const whole = size / kLanes * kLanes;
  for (std::int64_t i = 0; i < whole; i += kLanes)
    for (std::int64_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  double sum = 0;
  for (std::int64_t i = whole; i < size; ++i) sum += a[i] * b[i];
  for (double const part : sums) sum += part;
  return sum;
}

}  // namespace

DenseMatrix gathered(ConstMatrixView panel, std::span<std::int64_t const> columns) {
  DenseMatrix result(panel.rows, static_cast<std::int64_t>(columns.size()));
  for (std::size_t k = 0; k < columns.size(); ++k)
    std::ranges::copy(panel.column(columns[k]), result.column(static_cast<std::int64_t>(k)).begin());
  return result;
}

void FactoredMatrix::add(FactorTerm term) {
  if (term.rank() > 0) terms_.push_back(std::move(term));
}

void FactoredMatrix::add_rows(std::span<std::int32_t const> rows, double scale, MatrixView panel) const {
  for (auto const& term : terms_) {
    Common const common(rows, term.rows->own);
    if (common.count() == 0) continue;
    if (common.count() == panel.columns && common.count() == term.rows->own_count()) {
      linalg::gemm(Transpose::no, Transpose::no, scale, term.vectors.view(), term.coefficients.view(), 1,
                   panel);
      continue;
    }
    DenseMatrix part(panel.rows, common.count());
    linalg::gemm(Transpose::no, Transpose::no, scale, term.vectors.view(),
                 gathered(term.coefficients.view(), common.right).view(), 0, part.view());
    add_scattered(part.view(), common.left, panel);
  }
}

void FactoredMatrix::add_product(std::span<std::int32_t const> rows, double scale, ConstMatrixView q,
                                 MatrixView out) const {
  for (auto const& term : terms_) {
    Common const common(rows, term.rows->own);
    if (common.count() == 0) continue;
    DenseMatrix inner(q.columns, term.rank());
    linalg::gemm(Transpose::yes, Transpose::no, scale, q, term.vectors.view(), 0, inner.view());
    DenseMatrix part(q.columns, common.count());
    linalg::gemm(Transpose::no, Transpose::no, 1, inner.view(),
                 gathered(term.coefficients.view(), common.right).view(), 0, part.view());
    add_scattered(part.view(), common.left, out);
  }
}

void FactoredMatrix::add_transposed_product(std::span<std::int32_t const> rows, double scale,
                                            ConstMatrixView p, MatrixView out) const {
  for (auto const& term : terms_) {
    Common const common(rows, term.rows->own);
    if (common.count() == 0) continue;
    DenseMatrix inner(term.rank(), p.rows);
    linalg::gemm(Transpose::no, Transpose::yes, scale,
                 gathered(term.coefficients.view(), common.right).view(), gathered(p, common.left).view(), 0,
                 inner.view());
    linalg::gemm(Transpose::no, Transpose::no, 1, term.vectors.view(), inner.view(), 1, out);
  }
}

void FactoredMatrix::add_at(Observations const& where, double scale, std::span<double> out) const {
  for (auto const& term : terms_) {
    auto const by_column = transposed(term.vectors.view());
    for (std::int64_t s = 0; s < term.rows->own_count(); ++s) {
      double const* const coefficients = term.coefficients.column(s).data();
      auto const entries = where.entries(term.rows->own[static_cast<std::size_t>(s)]);
      for (auto k = entries.begin; k < entries.end; ++k)
        out[static_cast<std::size_t>(k)] +=
            scale * dot(by_column.column(where.column(k)).data(), coefficients, term.rank());
    }
  }
}

double FactoredMatrix::inner_product(FactoredMatrix const& other) const {
  double sum = 0;
  for (auto const& a : terms_)
    for (auto const& b : other.terms_) {
      Common const common(a.rows->own, b.rows->own);
      if (common.count() == 0) continue;
      DenseMatrix inner(a.rank(), b.rank());
      linalg::gemm(Transpose::yes, Transpose::no, 1, a.vectors.view(), b.vectors.view(), 0, inner.view());
      DenseMatrix image(a.rank(), common.count());
      linalg::gemm(Transpose::no, Transpose::no, 1, inner.view(),
                   gathered(b.coefficients.view(), common.right).view(), 0, image.view());
      auto const left = gathered(a.coefficients.view(), common.left);
      sum +=
          dot(image.values().data(), left.values().data(), static_cast<std::int64_t>(left.values().size()));
    }
  return sum;
}

}  // namespace thresher::group_matrix
