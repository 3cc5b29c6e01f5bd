#include "experiments/group_matrix/solvers/factored_matrix.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "linalg/column_products.hpp"
#include "linalg/sparse_panel_products.hpp"

#include <algorithm>
#include <cmath>

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

/// Columns of a panel by number: the panel itself where that is all of them.
class Selected {
 public:
  Selected(ConstMatrixView panel, std::span<std::int64_t const> columns) {
    if (std::ssize(columns) == panel.columns) {
      view_ = panel;
    } else {
      copy_ = gathered(panel, columns);
      view_ = copy_.view();
    }
  }
  Selected(Selected const&) = delete;  // the view may be of the copy
  Selected& operator=(Selected const&) = delete;
  ConstMatrixView view() const { return view_; }

 private:
  DenseMatrix copy_{0, 0};
  ConstMatrixView view_;
};

/// panel.column(columns[k]) += alpha A b_k.
void add_product_at(double alpha, ConstMatrixView a, ConstMatrixView b, std::span<std::int64_t const> columns,
                    MatrixView panel) {
  if (std::ssize(columns) == panel.columns) {
    linalg::gemm(Transpose::no, Transpose::no, alpha, a, b, 1, panel);
    return;
  }
  auto part = DenseMatrix::unset(panel.rows, b.columns);
  linalg::gemm(Transpose::no, Transpose::no, alpha, a, b, 0, part.view());
  for (std::size_t k = 0; k < columns.size(); ++k) {
    double const* const from = part.column(static_cast<std::int64_t>(k)).data();
    double* const to = panel.column(columns[k]).data();
    for (std::int64_t j = 0; j < part.rows(); ++j) to[j] += from[j];
  }
}

/// Whether the first columns of Q are a term's vectors, as those of a block are that starts with what the
/// last iteration found: their overlaps are the identity.
bool begins_with(ConstMatrixView q, DenseMatrix const& vectors) {
  if (q.columns < vectors.columns()) return false;
  for (std::int64_t k = 0; k < vectors.columns(); ++k)
    if (!std::ranges::equal(q.column(k), vectors.column(k))) return false;
  return true;
}

/// Orthonormal vectors overlap by no more, through rounding: an overlap so small is none.
constexpr double kNoOverlap = 1e-13;

bool overlap(DenseMatrix const& overlaps) {
  return std::ranges::any_of(overlaps.values(), [](double x) { return std::abs(x) > kNoOverlap; });
}

/// This rank's part of the inner product of two terms: <V_a^T V_b, C_a C_b^T>.
double product_of(FactorTerm const& a, FactorTerm const& b) {
  Common const common(a.rows->own, b.rows->own);
  if (common.count() == 0) return 0;
  auto const vectors = product(Transpose::yes, a.vectors.view(), Transpose::no, b.vectors.view());
  auto const coefficients = product(Transpose::no, Selected(a.coefficients.view(), common.left).view(),
                                    Transpose::yes, Selected(b.coefficients.view(), common.right).view());
  return linalg::inner_product(vectors.values(), coefficients.values());
}

/// The product of a term and itself: <V^T V, C C^T>.
double square_of(FactorTerm const& term) {
  std::int64_t const rank = term.rank();
  DenseMatrix vectors(rank, rank), coefficients(rank, rank);
  linalg::syrk(linalg::Triangle::lower, Transpose::yes, 1, term.vectors.view(), 0, vectors.view());
  linalg::syrk(linalg::Triangle::lower, Transpose::no, 1, term.coefficients.view(), 0, coefficients.view());
  double diagonal = 0, below = 0;
  for (std::int64_t j = 0; j < rank; ++j) {
    diagonal += vectors(j, j) * coefficients(j, j);
    for (std::int64_t i = j + 1; i < rank; ++i) below += vectors(i, j) * coefficients(i, j);
  }
  return diagonal + 2 * below;
}

}  // namespace

DenseMatrix gathered(ConstMatrixView panel, std::span<std::int64_t const> columns) {
  auto result = DenseMatrix::unset(panel.rows, static_cast<std::int64_t>(columns.size()));
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
    add_product_at(scale, term.vectors.view(), Selected(term.coefficients.view(), common.right).view(),
                   common.left, panel);
  }
}

void FactoredMatrix::add_product(std::span<std::int32_t const> rows, double scale, ConstMatrixView q,
                                 MatrixView out) const {
  for (auto const& term : terms_) {
    Common const common(rows, term.rows->own);
    if (common.count() == 0) continue;
    std::int64_t const same = begins_with(q, term.vectors) ? term.rank() : 0;
    if (same > 0)
      for (std::size_t k = 0; k < common.left.size(); ++k) {
        double const* const from = term.coefficients.column(common.right[k]).data();
        double* const to = out.column(common.left[k]).data();
        for (std::int64_t r = 0; r < same; ++r) to[r] += scale * from[r];
      }
    auto const others = q.block(0, same, q.rows, q.columns - same);
    auto const inner = product(Transpose::yes, others, Transpose::no, term.vectors.view());
    if (overlap(inner))
      add_product_at(scale, inner.view(), Selected(term.coefficients.view(), common.right).view(),
                     common.left, out.block(same, 0, others.columns, out.columns));
  }
}

void FactoredMatrix::add_transposed_product(std::span<std::int32_t const> rows, double scale,
                                            ConstMatrixView p, MatrixView out) const {
  for (auto const& term : terms_) {
    Common const common(rows, term.rows->own);
    if (common.count() == 0) continue;
    auto inner = DenseMatrix::unset(term.rank(), p.rows);
    linalg::gemm(Transpose::no, Transpose::yes, scale,
                 Selected(term.coefficients.view(), common.right).view(), Selected(p, common.left).view(), 0,
                 inner.view());
    linalg::gemm(Transpose::no, Transpose::no, 1, term.vectors.view(), inner.view(), 1, out);
  }
}

void FactoredMatrix::add_at(Observations const& where, double scale, std::span<double> out) const {
  for (auto const& term : terms_)
    linalg::add_sampled_product(scale, term.vectors.view(), term.coefficients.view(),
                                where.rows_with(out, term.rows->own));
}

double FactoredMatrix::inner_product(FactoredMatrix const& other) const {
  double sum = 0;
  for (auto const& a : terms_)
    for (auto const& b : other.terms_) sum += product_of(a, b);
  return sum;
}

double FactoredMatrix::squared_norm() const {
  double sum = 0;
  for (std::size_t a = 0; a < terms_.size(); ++a) {
    sum += square_of(terms_[a]);
    for (std::size_t b = 0; b < a; ++b) sum += 2 * product_of(terms_[a], terms_[b]);
  }
  return sum;
}

}  // namespace thresher::group_matrix
