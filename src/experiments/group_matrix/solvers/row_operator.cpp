#include "experiments/group_matrix/solvers/row_operator.hpp"

#include "linalg/gram_panel_product.hpp"
#include "linalg/narrow_products.hpp"
#include "linalg/sparse_panel_products.hpp"

#include <algorithm>
#include <utility>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

void fill_zero(MatrixView out) {
  for (std::int64_t j = 0; j < out.columns; ++j) std::ranges::fill(out.column(j), 0.0);
}

}  // namespace

void PanelRows::multiply(std::size_t g, ConstMatrixView q, MatrixView out) const {
  linalg::small_product(Transpose::yes, Transpose::no, q, panel(g), out);
}

void PanelRows::multiply_transposed(std::size_t g, ConstMatrixView p, MatrixView out) const {
  linalg::small_product(Transpose::no, Transpose::yes, panel(g), p, out);
}

void PanelRows::gram_product(std::size_t g, ConstMatrixView q, MatrixView inner, MatrixView out) const {
  linalg::gram_panel_product(panel(g), q, inner, out);
}

SparseAndFactoredRows::SparseAndFactoredRows(Observations const& pattern, std::span<double const> values,
                                             std::vector<GroupRows const*> groups, std::vector<Part> parts)
    : pattern_(pattern), values_(values), groups_(std::move(groups)), parts_(std::move(parts)) {}

ConstMatrixView SparseAndFactoredRows::panel(std::size_t g) const {
  auto const& rows = groups_[g]->own;
  scratch_ = DenseMatrix(pattern_.columns(), groups_[g]->own_count());
  for (auto const& part : parts_) part.matrix->add_rows(rows, part.scale, scratch_.view());
  for (std::size_t t = 0; t < rows.size(); ++t) {
    auto const entries = pattern_.entries(rows[t]);
    auto const column = scratch_.column(static_cast<std::int64_t>(t));
    for (auto k = entries.begin; k < entries.end; ++k)
      column[static_cast<std::size_t>(pattern_.column(k))] += values_[static_cast<std::size_t>(k)];
  }
  return std::as_const(scratch_).view();
}

bool SparseAndFactoredRows::is_dense(std::size_t g) const {
  std::int64_t const numbers = pattern_.columns() * groups_[g]->own_count();
  std::int64_t entries = 0;
  for (auto const row : groups_[g]->own) entries += pattern_.entries(row).size();
  return numbers <= kMostDense && static_cast<double>(entries) >= kDensePart * static_cast<double>(numbers);
}

void SparseAndFactoredRows::multiply(std::size_t g, ConstMatrixView q, MatrixView out) const {
  auto const& rows = groups_[g]->own;
  fill_zero(out);
  for (auto const& part : parts_) part.matrix->add_product(rows, part.scale, q, out);
  linalg::add_sparse_product(pattern_.rows_with(values_, rows), q, out);
}

void SparseAndFactoredRows::multiply_transposed(std::size_t g, ConstMatrixView p, MatrixView out) const {
  auto const& rows = groups_[g]->own;
  linalg::transposed_sparse_product(pattern_.rows_with(values_, rows), p, out);
  for (auto const& part : parts_) part.matrix->add_transposed_product(rows, part.scale, p, out);
}

void SparseAndFactoredRows::gram_product(std::size_t g, ConstMatrixView q, MatrixView inner,
                                         MatrixView out) const {
  if (is_dense(g)) {
    linalg::gram_panel_product(panel(g), q, inner, out);
  } else {
    multiply(g, q, inner);
    multiply_transposed(g, inner, out);
  }
}

}  // namespace thresher::group_matrix
