#include "experiments/group_matrix/solvers/row_operator.hpp"

#include "experiments/group_matrix/data/dense_products.hpp"
#include "linalg/narrow_products.hpp"

#include <algorithm>
#include <utility>

namespace thresher::group_matrix {

using linalg::ConstMatrixView;
using linalg::DenseMatrix;
using linalg::MatrixView;
using linalg::Transpose;

namespace {

/// Rows with so many entries in parts of the columns are made dense, if the panel has no more numbers.
constexpr std::int64_t kDensePart = 12;
constexpr std::int64_t kMostDense = std::int64_t{1} << 23;

void fill_zero(MatrixView out) {
  for (std::int64_t j = 0; j < out.columns; ++j) std::ranges::fill(out.column(j), 0.0);
}

void add_scaled(double scale, double const* from, std::int64_t size, double* to) {
  for (std::int64_t i = 0; i < size; ++i) to[i] += scale * from[i];
}

}  // namespace

void PanelRows::multiply(std::size_t g, ConstMatrixView q, MatrixView out) const {
  linalg::small_product(Transpose::yes, Transpose::no, q, panel(g), out);
}

void PanelRows::multiply_transposed(std::size_t g, ConstMatrixView p, MatrixView out) const {
  linalg::small_product(Transpose::no, Transpose::yes, panel(g), p, out);
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
  return numbers <= kMostDense && kDensePart * entries >= numbers;
}

void SparseAndFactoredRows::multiply(std::size_t g, ConstMatrixView q, MatrixView out) const {
  auto const& rows = groups_[g]->own;
  fill_zero(out);
  for (auto const& part : parts_) part.matrix->add_product(rows, part.scale, q, out);
  auto const by_column = transposed(q);
  for (std::size_t t = 0; t < rows.size(); ++t) {
    auto const entries = pattern_.entries(rows[t]);
    double* const to = out.column(static_cast<std::int64_t>(t)).data();
    for (auto k = entries.begin; k < entries.end; ++k)
      add_scaled(values_[static_cast<std::size_t>(k)], by_column.column(pattern_.column(k)).data(), q.columns,
                 to);
  }
}

void SparseAndFactoredRows::multiply_transposed(std::size_t g, ConstMatrixView p, MatrixView out) const {
  auto const& rows = groups_[g]->own;
  DenseMatrix by_column(p.rows, pattern_.columns());
  for (std::size_t t = 0; t < rows.size(); ++t) {
    auto const entries = pattern_.entries(rows[t]);
    double const* const from = p.column(static_cast<std::int64_t>(t)).data();
    for (auto k = entries.begin; k < entries.end; ++k)
      add_scaled(values_[static_cast<std::size_t>(k)], from, p.rows,
                 by_column.column(pattern_.column(k)).data());
  }
  auto const sparse = transposed(by_column.view());
  for (std::int64_t j = 0; j < out.columns; ++j) std::ranges::copy(sparse.column(j), out.column(j).begin());
  for (auto const& part : parts_) part.matrix->add_transposed_product(rows, part.scale, p, out);
}

}  // namespace thresher::group_matrix
