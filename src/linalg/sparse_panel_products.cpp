#include "linalg/sparse_panel_products.hpp"

#include "linalg/narrow_products.hpp"
#include "numerics/vector_math.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::linalg {

namespace {

/// Registers of numbers that run along a row's entries, half of those that there are, and entries whose inner
/// products run side by side.
template <class Lanes>
constexpr int kRegisters = Lanes::kLanes == 8 ? 16 : 8;
constexpr std::size_t kEntriesAtOnce = 4;

/// The matrix with a column per row of it: what an entry of a sparse matrix takes lies side by side.
Panel by_row(ConstMatrixView a) {
  Panel result(a.columns, a.rows);
  auto const to = result.view();
  for (std::int64_t j = 0; j < a.columns; ++j)
    for (std::int64_t i = 0; i < a.rows; ++i) to(j, i) = a(i, j);
  return result;
}

/// x <- numbers from `at` on, and zeros from `end` on.
template <class Lanes>
[[gnu::always_inline]] inline void load_up_to(typename Lanes::Reals& x, double const* from, std::int64_t at,
                                              std::int64_t end) {
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  if (at + kLanes <= end) {
    numerics::load<Lanes>(x, from + at);
    return;
  }
  double padded[kLanes] = {};
  for (std::int64_t k = 0; at + k < end; ++k) padded[k] = from[at + k];
  numerics::load<Lanes>(x, padded);
}

/// Sums over a row's entries of value times column of the table, to `to`.
struct Gathering {
  SparseRow const& row;
  ConstMatrixView const& table;
  double* to;

  /// So many registers of numbers, from number `at` on.
  template <class Lanes, int kCount>
  [[gnu::always_inline]] void tile(std::int64_t at) const {
    constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
    typename Lanes::Reals sums[kCount] = {};
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

/// Columns of the table at the rows' entries <- themselves + value times the row's column of P.
struct Scattering {
  std::span<SparseRow const> rows;
  ConstMatrixView const& p;
  MatrixView const& table;

  template <class Lanes, int kCount>
  [[gnu::always_inline]] void tile(std::int64_t at) const {
    constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
    for (std::int64_t i = 0; i < p.columns; ++i) {
      SparseRow const& row = rows[static_cast<std::size_t>(i)];
      double const* const from = p.data + i * p.leading;
      typename Lanes::Reals added[kCount];
#pragma GCC unroll 16
      for (int r = 0; r < kCount; ++r) load_up_to<Lanes>(added[r], from, at + r * kLanes, p.rows);
      for (std::size_t k = 0; k < row.columns.size(); ++k) {
        double const value = row.values[k];
        double* const to = table.data + row.columns[k] * table.leading + at;
#pragma GCC unroll 16
        for (int r = 0; r < kCount; ++r) {
          typename Lanes::Reals x;
          numerics::load<Lanes>(x, to + r * kLanes);
          x += added[r] * value;
          numerics::store<Lanes>(to + r * kLanes, x);
        }
      }
    }
  }
};

template <class Lanes, class Work>
[[gnu::always_inline]] inline void in_tiles(Work const& work) {
  constexpr int kMost = kRegisters<Lanes>;
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  std::int64_t at = 0;
  for (; at + kMost * kLanes <= work.table.rows; at += kMost * kLanes) work.template tile<Lanes, kMost>(at);
  for (; at + 4 * kLanes <= work.table.rows; at += 4 * kLanes) work.template tile<Lanes, 4>(at);
  for (; at < work.table.rows; at += 2 * kLanes) work.template tile<Lanes, 2>(at);
}

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
THRESHER_WIDE_TARGET void scatter_wide(Scattering const& work) {
  in_tiles<numerics::WideLanes>(work);
}
void scatter_narrow(Scattering const& work) {
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
    kernel({a[static_cast<std::size_t>(i)], entries, sums.data()});
    auto const to = out.column(i);
    for (std::size_t k = 0; k < to.size(); ++k) to[k] += sums[k];
  }
}

void transposed_sparse_product(std::span<SparseRow const> a, ConstMatrixView p, MatrixView out) {
  assert(std::ssize(a) == p.columns && out.columns == p.rows);
  Panel table(p.rows, out.rows);
  auto const sums = table.view();
  (random::uses_wide_registers() ? scatter_wide : scatter_narrow)({a, p, sums});
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
