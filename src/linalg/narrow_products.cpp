#include "linalg/narrow_products.hpp"

#include "numerics/vector_math.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cassert>

namespace thresher::linalg {

namespace {

/// Tiles of results that fill the registers without spilling.
template <class Lanes>
struct PanelTiles;
template <>
struct PanelTiles<numerics::WideLanes> {
  static constexpr int kProductColumns = 8;
  static constexpr int kOverlapColumns = 4;
};
template <>
struct PanelTiles<numerics::NarrowLanes> {
  static constexpr int kProductColumns = 4;
  static constexpr int kOverlapColumns = 2;
};

/// What is wanted of a product: symmetric ones are known by their lower triangle.
enum class Part { whole, lower };

/// Two registers of rows of so many columns of B + X S, from column `at` on, for Y: all of them, or those
/// that it has.
enum class Rows { all, some };
template <class Lanes, int kColumns, Rows kWhich>
[[gnu::always_inline]] inline void product_tile(ConstMatrixView const& b, ConstMatrixView const& x,
                                                Coefficients const& s, std::int64_t row, std::int64_t at,
                                                MatrixView const& y) {
  using Reals = typename Lanes::Reals;
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  Reals low[kColumns] = {}, high[kColumns] = {};
  if (b.data != nullptr) {
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      double const* const from = b.data + row + (at + c) * b.leading;
      numerics::load<Lanes>(low[c], from);
      numerics::load<Lanes>(high[c], from + kLanes);
    }
  }
  double const* from = x.data + row;
  double const* factors = s.data + at * s.column_step;
  for (std::int64_t q = 0; q < x.columns; ++q, from += x.leading, factors += s.row_step) {
    Reals x_low, x_high;
    numerics::load<Lanes>(x_low, from);
    numerics::load<Lanes>(x_high, from + kLanes);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      double const factor = factors[c * s.column_step];
      low[c] += x_low * factor;
      high[c] += x_high * factor;
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c) {
    double* const to = y.data + row + (at + c) * y.leading;
    if constexpr (kWhich == Rows::all) {
      numerics::store<Lanes>(to, low[c]);
      numerics::store<Lanes>(to + kLanes, high[c]);
    } else {
      double rows[2 * kLanes];
      numerics::store<Lanes>(rows, low[c]);
      numerics::store<Lanes>(rows + kLanes, high[c]);
      std::copy_n(rows, y.rows - row, to);
    }
  }
}

template <class Lanes, Part kPart, Rows kWhich>
[[gnu::always_inline]] inline void product_rows(ConstMatrixView const& b, ConstMatrixView const& x,
                                                Coefficients const& s, std::int64_t row,
                                                MatrixView const& y) {
  constexpr int kMost = PanelTiles<Lanes>::kProductColumns;
  constexpr auto kRows = static_cast<std::int64_t>(2 * Lanes::kLanes);
  std::int64_t const columns = kPart == Part::whole ? y.columns : std::min(y.columns, row + kRows);
  std::int64_t at = 0;
  for (; at + kMost <= columns; at += kMost) product_tile<Lanes, kMost, kWhich>(b, x, s, row, at, y);
  for (; at + 2 <= columns; at += 2) product_tile<Lanes, 2, kWhich>(b, x, s, row, at, y);
  for (; at < columns; ++at) product_tile<Lanes, 1, kWhich>(b, x, s, row, at, y);
}

/// For X, and B if there is one, of so many rows as fill the tiles; Y may have fewer.
template <class Lanes, Part kPart = Part::whole>
[[gnu::always_inline]] inline void product_of_panels(ConstMatrixView const& b, ConstMatrixView const& x,
                                                     Coefficients const& s, MatrixView const& y) {
  constexpr auto kRows = static_cast<std::int64_t>(2 * Lanes::kLanes);
  std::int64_t row = 0;
  for (; row + kRows <= y.rows; row += kRows) product_rows<Lanes, kPart, Rows::all>(b, x, s, row, y);
  if (row < y.rows) product_rows<Lanes, kPart, Rows::some>(b, x, s, row, y);
}

/// kX x kY entries of X^T Y.
template <class Lanes, int kX, int kY>
[[gnu::always_inline]] inline void overlap_tile(ConstMatrixView const& x, ConstMatrixView const& y,
                                                std::int64_t i, std::int64_t j, MatrixView const& z) {
  using Reals = typename Lanes::Reals;
  constexpr auto kLanes = static_cast<std::int64_t>(Lanes::kLanes);
  constexpr int kParts = static_cast<int>(8 / kLanes);
  Reals sums[kX][kY][kParts] = {};
  double const* const first_x = x.data + i * x.leading;
  double const* const first_y = y.data + j * y.leading;
  for (std::int64_t row = 0; row < x.rows; row += 8)
#pragma GCC unroll 2
    for (int p = 0; p < kParts; ++p) {
      std::int64_t const at = row + p * kLanes;
      Reals left[kX], right[kY];
#pragma GCC unroll 4
      for (int a = 0; a < kX; ++a) numerics::load<Lanes>(left[a], first_x + a * x.leading + at);
#pragma GCC unroll 4
      for (int c = 0; c < kY; ++c) numerics::load<Lanes>(right[c], first_y + c * y.leading + at);
#pragma GCC unroll 4
      for (int a = 0; a < kX; ++a)
#pragma GCC unroll 4
        for (int c = 0; c < kY; ++c) sums[a][c][p] += left[a] * right[c];
    }
#pragma GCC unroll 4
  for (int c = 0; c < kY; ++c)
#pragma GCC unroll 4
    for (int a = 0; a < kX; ++a) z(i + a, j + c) = numerics::sum_of_eight<Lanes>(sums[a][c]);
}

template <class Lanes, int kY, Part kPart>
[[gnu::always_inline]] inline void overlap_columns(ConstMatrixView const& x, ConstMatrixView const& y,
                                                   std::int64_t j, MatrixView const& z) {
  constexpr int kMost = PanelTiles<Lanes>::kOverlapColumns;
  std::int64_t i = kPart == Part::whole ? 0 : j;
  for (; i + kMost <= x.columns; i += kMost) overlap_tile<Lanes, kMost, kY>(x, y, i, j, z);
  for (; i < x.columns; ++i) overlap_tile<Lanes, 1, kY>(x, y, i, j, z);
}

template <class Lanes, Part kPart = Part::whole>
[[gnu::always_inline]] inline void overlaps_of_panels(ConstMatrixView const& x, ConstMatrixView const& y,
                                                      MatrixView const& z) {
  constexpr int kMost = PanelTiles<Lanes>::kOverlapColumns;
  std::int64_t j = 0;
  for (; j + kMost <= y.columns; j += kMost) overlap_columns<Lanes, kMost, kPart>(x, y, j, z);
  for (; j < y.columns; ++j) overlap_columns<Lanes, 1, kPart>(x, y, j, z);
}

THRESHER_WIDE_TARGET void product_wide(ConstMatrixView const& b, ConstMatrixView const& x,
                                       Coefficients const& s, MatrixView const& y) {
  product_of_panels<numerics::WideLanes>(b, x, s, y);
}
void product_narrow(ConstMatrixView const& b, ConstMatrixView const& x, Coefficients const& s,
                    MatrixView const& y) {
  product_of_panels<numerics::NarrowLanes>(b, x, s, y);
}
THRESHER_WIDE_TARGET void overlaps_wide(ConstMatrixView const& x, ConstMatrixView const& y,
                                        MatrixView const& z) {
  overlaps_of_panels<numerics::WideLanes>(x, y, z);
}
void overlaps_narrow(ConstMatrixView const& x, ConstMatrixView const& y, MatrixView const& z) {
  overlaps_of_panels<numerics::NarrowLanes>(x, y, z);
}
THRESHER_WIDE_TARGET void row_gram_wide(ConstMatrixView const& x, MatrixView const& y) {
  product_of_panels<numerics::WideLanes, Part::lower>({}, x, Coefficients::transposed(x), y);
}
void row_gram_narrow(ConstMatrixView const& x, MatrixView const& y) {
  product_of_panels<numerics::NarrowLanes, Part::lower>({}, x, Coefficients::transposed(x), y);
}
THRESHER_WIDE_TARGET void column_gram_wide(ConstMatrixView const& x, MatrixView const& z) {
  overlaps_of_panels<numerics::WideLanes, Part::lower>(x, x, z);
}
void column_gram_narrow(ConstMatrixView const& x, MatrixView const& z) {
  overlaps_of_panels<numerics::NarrowLanes, Part::lower>(x, x, z);
}

}  // namespace

Panel::Panel(std::int64_t rows, std::int64_t columns) : Panel(rows, columns, Unset{}) {
  std::ranges::fill(values_, 0.0);
}

Panel::Panel(ConstMatrixView from) : Panel(from.rows, from.columns, Unset{}) {
  for (std::int64_t j = 0; j < columns_; ++j) {
    double* const to = view().column(j).data();
    std::fill(std::copy_n(from.column(j).data(), from.rows, to), to + rows_, 0.0);
  }
}

void panel_product(ConstMatrixView b, ConstMatrixView x, Coefficients const& s, MatrixView y) {
  assert(x.rows % kPanelRows == 0 && x.rows == (y.rows + kPanelRows - 1) / kPanelRows * kPanelRows);
  assert(x.columns == s.rows && y.columns == s.columns);
  assert(b.data == nullptr || (b.rows == x.rows && b.columns == y.columns));
  (random::uses_wide_registers() ? product_wide : product_narrow)(b, x, s, y);
}

void panel_product(ConstMatrixView x, Coefficients const& s, MatrixView y) {
  panel_product({}, x, s, y);
}

void panel_overlaps(ConstMatrixView x, ConstMatrixView y, MatrixView z) {
  assert(x.rows % kPanelRows == 0 && x.rows == y.rows && z.rows == x.columns && z.columns == y.columns);
  (random::uses_wide_registers() ? overlaps_wide : overlaps_narrow)(x, y, z);
}

void small_product(Transpose of_a, Transpose of_b, ConstMatrixView a, ConstMatrixView b, MatrixView c) {
  assert(of_a == Transpose::no || of_b == Transpose::no);
  if (std::max({a.rows, a.columns, c.rows, c.columns}) > kLargestSmallSide) {
    gemm(of_a, of_b, 1, a, b, 0, c);
  } else if (of_a == Transpose::yes) {
    Panel const left(a), right(b);
    panel_overlaps(left.view(), right.view(), c);
  } else {
    Panel const left(a);
    panel_product(left.view(), of_b == Transpose::no ? Coefficients::of(b) : Coefficients::transposed(b), c);
  }
}

void small_gram(Transpose of_a, ConstMatrixView a, MatrixView c) {
  if (std::max(a.rows, a.columns) > kLargestSmallSide) {
    syrk(Triangle::lower, of_a, 1, a, 0, c);
    return;
  }
  bool const wide = random::uses_wide_registers();
  Panel const panel(a);
  if (of_a == Transpose::yes) {
    (wide ? column_gram_wide : column_gram_narrow)(panel.view(), c);
  } else {
    (wide ? row_gram_wide : row_gram_narrow)(panel.view(), c);
  }
}

}  // namespace thresher::linalg
