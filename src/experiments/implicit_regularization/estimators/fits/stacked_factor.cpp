#include "experiments/implicit_regularization/estimators/fits/stacked_factor.hpp"

#include "linalg/lapack.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::implicit_regularization {

namespace {
/// Rows that are folded in at once: with a dozen columns they fit the cache of a core.
constexpr std::int64_t kFoldedAtOnce = 2048;
}  // namespace

StackedFactor::StackedFactor(std::size_t columns)
    : width_(static_cast<std::int64_t>(columns) + 1),
      stack_(width_ + kFoldedAtOnce, width_),
      scalars_(static_cast<std::size_t>(width_)) {}

void StackedFactor::add(std::span<std::span<double const> const> columns, std::span<double const> target) {
  assert(static_cast<std::int64_t>(columns.size()) + 1 == width_);
  auto const count = static_cast<std::int64_t>(target.size());
  for (std::int64_t begin = 0; begin < count; begin += kFoldedAtOnce) {
    std::int64_t const rows = std::min(kFoldedAtOnce, count - begin);
    for (std::int64_t k = 0; k < width_; ++k) {
      auto const from = k + 1 < width_ ? columns[static_cast<std::size_t>(k)] : target;
      assert(from.size() == target.size());
      std::ranges::copy(from.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(rows)),
                        stack_.column(k).begin() + width_);
    }
    reduce(rows);
  }
}

void StackedFactor::start_from(std::span<double const> triangle) {
  assert(static_cast<std::int64_t>(triangle.size()) == width_ * width_);
  linalg::ConstMatrixView const from(triangle.data(), width_, width_);
  for (std::int64_t k = 0; k < width_; ++k) std::ranges::copy(from.column(k), stack_.column(k).begin());
}

std::vector<double> StackedFactor::triangle() const {
  std::vector<double> entries(static_cast<std::size_t>(width_ * width_));
  linalg::MatrixView const to(entries.data(), width_, width_);
  for (std::int64_t k = 0; k < width_; ++k)
    for (std::int64_t i = 0; i <= k; ++i) to(i, k) = stack_(i, k);
  return entries;
}

ColumnFactor StackedFactor::factor() const {
  linalg::DenseMatrix result(width_, width_);
  std::ranges::copy(triangle(), result.values().begin());
  return ColumnFactor(std::move(result));
}

void StackedFactor::reduce(std::int64_t rows) {
  auto const used = stack_.view().block(0, 0, width_ + rows, width_);
  linalg::geqrf(used, scalars_);
  // The reflectors lie below the diagonal.
  for (std::int64_t k = 0; k < width_; ++k) std::fill(&used(k, k) + 1, &used(k, k) + used.rows - k, 0.0);
}

SpreadFactor::SpreadFactor(std::size_t columns, EntryOrder const& order)
    : order_(order),
      columns_(columns),
      work_(columns),
      triangles_(order.own_pieces(), StackedFactor(columns).triangle()) {}

void SpreadFactor::add(std::span<std::span<double const> const> columns, std::span<double const> target) {
  assert(columns.size() == columns_);
  std::vector<std::span<double const>> parts(columns.size());
  for (std::size_t piece = 0; piece < triangles_.size(); ++piece) {
    std::ranges::transform(columns, parts.begin(),
                           [&](std::span<double const> column) { return order_.part(column, piece); });
    work_.start_from(triangles_[piece]);
    work_.add(parts, order_.part(target, piece));
    triangles_[piece] = work_.triangle();
  }
}

ColumnFactor SpreadFactor::factor() const {
  std::vector<double> mine;
  for (auto const& triangle : triangles_) mine.insert(mine.end(), triangle.begin(), triangle.end());
  auto const all = order_.gather(mine);
  auto const width = static_cast<std::int64_t>(columns_) + 1;
  std::vector<double> total(static_cast<std::size_t>(width * width));
  if (order_.comm().rank() == 0) {
    StackedFactor stack(columns_);
    for (std::size_t at = 0; at < all.size(); at += total.size()) {
      linalg::ConstMatrixView const part(all.data() + at, width, width);
      std::vector<std::span<double const>> columns;
      for (std::int64_t k = 0; k < width; ++k) columns.emplace_back(part.column(k));
      stack.add(std::span(columns).first(columns_), columns.back());
    }
    total = stack.triangle();
  }
  mpi::broadcast(order_.comm(), std::span<double>(total));
  StackedFactor result(columns_);
  result.start_from(total);
  return result.factor();
}

}  // namespace thresher::implicit_regularization
