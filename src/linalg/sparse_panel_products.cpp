#include "linalg/sparse_panel_products.hpp"

#include "linalg/narrow_products.hpp"
#include "numerics/vector_math.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>
#include <vector>

namespace thresher::linalg {

namespace {

/// Registers of numbers that run along a row's entries, half of those that there are, and entries whose inner
/// products run side by side.
template <class Lanes>
constexpr int kRegisters = Lanes::kLanes == 8 ? 16 : 8;
constexpr std::size_t kEntriesAtOnce = 4;
/// Numbers of a panel that the second cache holds beside other things, and rows of it at least.
constexpr std::int64_t kNumbersTogether = 1 << 14, kLeastRows = 16;

/// The matrix with a column per row of it: what an entry of a sparse matrix takes lies side by side.
Panel by_row(ConstMatrixView a) {
  Panel result(a.columns, a.rows);
  auto const to = result.view();
  for (std::int64_t j = 0; j < a.columns; ++j)
    for (std::int64_t i = 0; i < a.rows; ++i) to(j, i) = a(i, j);
  return result;
}

/// Adds over a row's entries value times column of the table to `to`.
struct Gathering {
  SparseRow const& row;
  ConstMatrixView const& table;
  double* to;

  /// So many registers of numbers, from number `at` on.
  template <class Lanes, int kCount>
  [[gnu::always_inline]] void tile(std::int64_t at) const {
    constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
    typename Lanes::Reals sums[kCount];
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) numerics::load<Lanes>(sums[r], to + at + r * kLanes);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      double const value = row.values[k];
      double const* const from = table.data + row.columns[k] * table.leading + at;
#pragma GCC unroll 16
      for (int r = 0; r < kCount; ++r) {
        typename Lanes::Reals x;
        numerics::load<Lanes>(x, from + r * kLanes);
        sums[r] += x * value;
      }
    }
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) numerics::store<Lanes>(to + at + r * kLanes, sums[r]);
  }
};

template <class Lanes>
[[gnu::always_inline]] inline void in_tiles(Gathering const& work) {
  constexpr int kMost = kRegisters<Lanes>;
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  std::int64_t at = 0;
  for (; at + kMost * kLanes <= work.table.rows; at += kMost * kLanes) work.tile<Lanes, kMost>(at);
  for (; at + 4 * kLanes <= work.table.rows; at += 4 * kLanes) work.tile<Lanes, 4>(at);
  for (; at < work.table.rows; at += 2 * kLanes) work.tile<Lanes, 2>(at);
}

/// Some rows of a sparse matrix, by columns: what a column adds up to then stays in registers.
class ByColumns {
 public:
  explicit ByColumns(std::int64_t columns) : begins_(static_cast<std::size_t>(columns) + 1) {}

  void take(std::span<SparseRow const> rows) {
    std::ranges::fill(begins_, 0);
    for (auto const& row : rows)
      for (auto const j : row.columns) ++begins_[static_cast<std::size_t>(j) + 1];
    std::partial_sum(begins_.begin(), begins_.end(), begins_.begin());
    next_.assign(begins_.begin(), begins_.end() - 1);
    rows_.resize(begins_.back());
    values_.resize(begins_.back());
    for (std::size_t i = 0; i < rows.size(); ++i)
      for (std::size_t k = 0; k < rows[i].columns.size(); ++k) {
        auto const to = next_[static_cast<std::size_t>(rows[i].columns[k])]++;
        rows_[to] = static_cast<std::int32_t>(i);
        values_[to] = rows[i].values[k];
      }
  }
  SparseRow column(std::int64_t j) const {
    auto const begin = begins_[static_cast<std::size_t>(j)];
    auto const count = begins_[static_cast<std::size_t>(j) + 1] - begin;
    return {std::span(rows_).subspan(begin, count), std::span(values_).subspan(begin, count)};
  }

 private:
  std::vector<std::size_t> begins_, next_;
  std::vector<std::int32_t> rows_;
  std::vector<double> values_;
};

/// Inner products of `with` and the columns of entries k, k + 1, ...
template <class Lanes, int kEntries>
[[gnu::always_inline]] inline void sample_tile(double scale, ConstMatrixView const& table, double const* with,
                                               std::size_t k, SampledRow const& row) {
  using Reals = typename Lanes::Reals;
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  constexpr int kParts = static_cast<int>(8 / kLanes);
  Reals sums[kEntries][kParts] = {};
  double const* columns[kEntries];
#pragma GCC unroll 8
  for (int e = 0; e < kEntries; ++e)
    columns[e] = table.data + row.columns[k + static_cast<std::size_t>(e)] * table.leading;
  for (std::int64_t i = 0; i < table.rows; i += 8)
#pragma GCC unroll 2
    for (int p = 0; p < kParts; ++p) {
      Reals right;
      numerics::load<Lanes>(right, with + i + p * kLanes);
#pragma GCC unroll 8
      for (int e = 0; e < kEntries; ++e) {
        Reals left;
        numerics::load<Lanes>(left, columns[e] + i + p * kLanes);
        sums[e][p] += left * right;
      }
    }
#pragma GCC unroll 8
  for (int e = 0; e < kEntries; ++e)
    row.values[k + static_cast<std::size_t>(e)] += scale * numerics::sum_of_eight<Lanes>(sums[e]);
}

template <class Lanes>
[[gnu::always_inline]] inline void sample(double scale, ConstMatrixView const& table, double const* with,
                                          SampledRow const& row) {
  std::size_t k = 0;
  for (; k + kEntriesAtOnce <= row.columns.size(); k += kEntriesAtOnce)
    sample_tile<Lanes, static_cast<int>(kEntriesAtOnce)>(scale, table, with, k, row);
  for (; k < row.columns.size(); ++k) sample_tile<Lanes, 1>(scale, table, with, k, row);
}

THRESHER_WIDE_TARGET void gather_wide(Gathering const& work) {
  in_tiles<numerics::WideLanes>(work);
}
void gather_narrow(Gathering const& work) {
  in_tiles<numerics::NarrowLanes>(work);
}
THRESHER_WIDE_TARGET void sample_wide(double scale, ConstMatrixView const& table, double const* with,
                                      SampledRow const& row) {
  sample<numerics::WideLanes>(scale, table, with, row);
}
void sample_narrow(double scale, ConstMatrixView const& table, double const* with, SampledRow const& row) {
  sample<numerics::NarrowLanes>(scale, table, with, row);
}

}  // namespace

void add_sparse_product(std::span<SparseRow const> a, ConstMatrixView q, MatrixView out) {
  assert(std::ssize(a) == out.columns && out.rows == q.columns);
  auto const table = by_row(q);
  auto const entries = table.view();
  numerics::AlignedVector sums(static_cast<std::size_t>(table.padded_rows()));
  auto const kernel = random::uses_wide_registers() ? gather_wide : gather_narrow;
  for (std::int64_t i = 0; i < out.columns; ++i) {
    std::ranges::fill(sums, 0.0);
    kernel({a[static_cast<std::size_t>(i)], entries, sums.data()});
    auto const to = out.column(i);
    for (std::size_t k = 0; k < to.size(); ++k) to[k] += sums[k];
  }
}

void transposed_sparse_product(std::span<SparseRow const> a, ConstMatrixView p, MatrixView out) {
  assert(std::ssize(a) == p.columns && out.columns == p.rows);
  Panel table(p.rows, out.rows);
  auto const kernel = random::uses_wide_registers() ? gather_wide : gather_narrow;
  std::int64_t const together = std::max(kLeastRows, kNumbersTogether / table.padded_rows());
  Panel rows(p.rows, std::min(together, p.columns));
  ByColumns by_columns(out.rows);
  for (std::int64_t begin = 0; begin < p.columns; begin += together) {
    std::int64_t const count = std::min(together, p.columns - begin);
    for (std::int64_t i = 0; i < count; ++i)
      std::ranges::copy(p.column(begin + i), rows.view().column(i).begin());
    by_columns.take(a.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)));
    ConstMatrixView const from = std::as_const(rows).view();
    for (std::int64_t j = 0; j < out.rows; ++j) {
      auto const column = by_columns.column(j);
      if (!column.columns.empty()) kernel({column, from, table.view().column(j).data()});
    }
  }
  ConstMatrixView const sums = std::as_const(table).view();
  for (std::int64_t j = 0; j < out.columns; ++j)
    for (std::int64_t i = 0; i < out.rows; ++i) out(i, j) = sums(j, i);
}

void add_sampled_product(double scale, ConstMatrixView v, ConstMatrixView c,
                         std::span<SampledRow const> values) {
  assert(std::ssize(values) == c.columns && v.columns == c.rows);
  auto const table = by_row(v);
  numerics::AlignedVector with(static_cast<std::size_t>(table.padded_rows()));
  auto const kernel = random::uses_wide_registers() ? sample_wide : sample_narrow;
  for (std::int64_t i = 0; i < c.columns; ++i) {
    std::ranges::copy(c.column(i), with.begin());
    kernel(scale, table.view(), with.data(), values[static_cast<std::size_t>(i)]);
  }
}

}  // namespace thresher::linalg
