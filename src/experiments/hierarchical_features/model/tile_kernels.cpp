#include "experiments/hierarchical_features/model/tile_kernels.hpp"

#include "numerics/aligned_vector.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cstring>

namespace thresher::hierarchical_features {

namespace {

// Samples of a strip in registers of AVX-512 or AVX2, as many rows of a tile at once as fill them.
struct Wide {
  using Register [[gnu::vector_size(64)]] = double;
  using Places [[gnu::vector_size(64)]] = std::int64_t;
  static constexpr int kLanes = 8;
  static constexpr int kRows = 8;

  /// sums += in lane r the sum of the lanes of rows[r].
  [[gnu::always_inline]] static void add_lane_sums(Register const* rows, Register& sums) {
    Register pairs[4], fours[2];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i)
      pairs[i] = __builtin_shuffle(rows[2 * i], rows[2 * i + 1], Places{0, 8, 2, 10, 4, 12, 6, 14}) +
                 __builtin_shuffle(rows[2 * i], rows[2 * i + 1], Places{1, 9, 3, 11, 5, 13, 7, 15});
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i)
      fours[i] = __builtin_shuffle(pairs[2 * i], pairs[2 * i + 1], Places{0, 1, 8, 9, 4, 5, 12, 13}) +
                 __builtin_shuffle(pairs[2 * i], pairs[2 * i + 1], Places{2, 3, 10, 11, 6, 7, 14, 15});
    sums += __builtin_shuffle(fours[0], fours[1], Places{0, 1, 2, 3, 8, 9, 10, 11}) +
            __builtin_shuffle(fours[0], fours[1], Places{4, 5, 6, 7, 12, 13, 14, 15});
  }
};
struct Narrow {
  using Register [[gnu::vector_size(32)]] = double;
  using Places [[gnu::vector_size(32)]] = std::int64_t;
  static constexpr int kLanes = 4;
  static constexpr int kRows = 4;

  [[gnu::always_inline]] static void add_lane_sums(Register const* rows, Register& sums) {
    Register pairs[2];
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i)
      pairs[i] = __builtin_shuffle(rows[2 * i], rows[2 * i + 1], Places{0, 4, 2, 6}) +
                 __builtin_shuffle(rows[2 * i], rows[2 * i + 1], Places{1, 5, 3, 7});
    sums += __builtin_shuffle(pairs[0], pairs[1], Places{0, 1, 4, 5}) +
            __builtin_shuffle(pairs[0], pairs[1], Places{2, 3, 6, 7});
  }
};
constexpr int kParts = 3;  // registers of samples at once

template <class Register>
[[gnu::always_inline]] inline void load(double const* from, Register& to) {
  std::memcpy(&to, from, sizeof(to));
}

/// totals += the terms of rows [row, row + Lanes::kRows) of a tile, without the outer factor, at kParts
/// registers of samples.
template <class Lanes>
[[gnu::always_inline]] inline void add_tile_values(Tile const& tile, std::int64_t row,
                                                   double const* coefficients, double const* samples,
                                                   typename Lanes::Register* totals) {
  using Register = typename Lanes::Register;
  Register sums[Lanes::kRows][kParts] = {};
  double const* column = samples + tile.first_column * kStrip;
  for (std::int64_t k = 0; k < tile.columns; ++k, column += kStrip, coefficients += kTileRows) {
    Register held[kParts];
#pragma GCC unroll 3
    for (int p = 0; p < kParts; ++p) load(column + p * Lanes::kLanes, held[p]);
#pragma GCC unroll 8
    for (int r = 0; r < Lanes::kRows; ++r) {
#pragma GCC unroll 3
      for (int p = 0; p < kParts; ++p) sums[r][p] += coefficients[r] * held[p];
    }
  }
  std::int64_t const rows = std::min<std::int64_t>(Lanes::kRows, tile.rows - row);
#pragma GCC unroll 8
  for (int r = 0; r < Lanes::kRows; ++r) {
    if (r >= rows) break;
#pragma GCC unroll 3
    for (int p = 0; p < kParts; ++p) {
      if (tile.first_row == Tile::kNone) {
        totals[p] += sums[r][p];
      } else {
        Register factor;
        load(samples + (tile.first_row + row + r) * kStrip + p * Lanes::kLanes, factor);
        totals[p] += factor * sums[r][p];
      }
    }
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void strip_values(TensorTiles const& tiles, double const* coefficients,
                                                double const* strip, double* values) {
  using Register = typename Lanes::Register;
  for (std::int64_t s = 0; s < kStrip; s += kParts * Lanes::kLanes) {
    Register sums[kParts];
#pragma GCC unroll 3
    for (int p = 0; p < kParts; ++p) load(values + s + p * Lanes::kLanes, sums[p]);
    for (auto const& tile : tiles.tiles()) {
      Register totals[kParts] = {};
      for (std::int64_t row = 0; row < tile.rows; row += Lanes::kRows)
        add_tile_values<Lanes>(tile, row, coefficients + tile.offset + row, strip + s, totals);
#pragma GCC unroll 3
      for (int p = 0; p < kParts; ++p) {
        if (tile.outer == Tile::kNone) {
          sums[p] += totals[p];
        } else {
          Register factor;
          load(strip + s + tile.outer * kStrip + p * Lanes::kLanes, factor);
          sums[p] += factor * totals[p];
        }
      }
    }
#pragma GCC unroll 3
    for (int p = 0; p < kParts; ++p) std::memcpy(values + s + p * Lanes::kLanes, sums + p, sizeof(Register));
  }
}

/// sums += factors (Lanes::kRows rows of samples) times kParts columns, over all strips.
template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void add_tile_sums(double const* factors, Strips strips,
                                                 std::int64_t coordinates, std::int64_t column,
                                                 double* sums) {
  using Register = typename Lanes::Register;
  Register products[kColumns][Lanes::kRows] = {};
  double const* strip = strips.first + column * kStrip;
  for (std::int64_t t = 0; t < strips.count; ++t, strip += coordinates * kStrip)
    for (int s = 0; s < kStrip; s += Lanes::kLanes, factors += kTileRows * Lanes::kLanes) {
      Register held[kColumns];
#pragma GCC unroll 3
      for (int c = 0; c < kColumns; ++c) load(strip + c * kStrip + s, held[c]);
#pragma GCC unroll 8
      for (int r = 0; r < Lanes::kRows; ++r) {
        Register factor;
        load(factors + r * Lanes::kLanes, factor);
#pragma GCC unroll 3
        for (int c = 0; c < kColumns; ++c) products[c][r] += factor * held[c];
      }
    }
  static_assert(Lanes::kRows == Lanes::kLanes);
#pragma GCC unroll 3
  for (int c = 0; c < kColumns; ++c) {
    Register sum;
    load(sums + c * kTileRows, sum);
    Lanes::add_lane_sums(products[c], sum);
    std::memcpy(sums + c * kTileRows, &sum, sizeof(sum));
  }
}

/// Weights times the rows of a tile (and its outer factor), in the order in which `add_tile_sums` reads them:
/// for every register of samples the tile's rows, zeros where it has fewer.
template <class Lanes>
[[gnu::always_inline]] inline void write_factors(Tile const& tile, Strips strips, std::int64_t coordinates,
                                                 double const* weights, double* factors) {
  using Register = typename Lanes::Register;
  for (std::int64_t t = 0; t < strips.count; ++t) {
    double const* const strip = strips.first + t * coordinates * kStrip;
    for (int s = 0; s < kStrip; s += Lanes::kLanes, factors += kTileRows * Lanes::kLanes) {
      Register weight;
      load(weights + t * kStrip + s, weight);
      if (tile.outer != Tile::kNone) {
        Register outer;
        load(strip + tile.outer * kStrip + s, outer);
        weight *= outer;
      }
      for (std::int64_t r = 0; r < kTileRows; ++r) {
        Register factor{};
        if (r < tile.rows) {
          factor = weight;
          if (tile.first_row != Tile::kNone) {
            Register row;
            load(strip + (tile.first_row + r) * kStrip + s, row);
            factor *= row;
          }
        }
        std::memcpy(factors + r * Lanes::kLanes, &factor, sizeof(factor));
      }
    }
  }
}

template <class Lanes>
[[gnu::always_inline]] inline void block_sums(TensorTiles const& tiles, Strips strips, double const* weights,
                                              double* sums, double* factors) {
  auto const d = tiles.index().d();
  for (auto const& tile : tiles.tiles()) {
    write_factors<Lanes>(tile, strips, d, weights, factors);
    for (std::int64_t row = 0; row < tile.rows; row += Lanes::kRows) {
      double const* const from = factors + row * Lanes::kLanes;
      double* const to = sums + tile.offset + row;
      std::int64_t k = 0;
      for (; k + kParts <= tile.columns; k += kParts)
        add_tile_sums<Lanes, kParts>(from, strips, d, tile.first_column + k, to + k * kTileRows);
      for (; k < tile.columns; ++k)
        add_tile_sums<Lanes, 1>(from, strips, d, tile.first_column + k, to + k * kTileRows);
    }
  }
}

[[gnu::target("avx512f,avx512dq,avx512vl")]] void values_wide(TensorTiles const& tiles,
                                                              double const* coefficients, double const* strip,
                                                              double* values) {
  strip_values<Wide>(tiles, coefficients, strip, values);
}
void values_narrow(TensorTiles const& tiles, double const* coefficients, double const* strip,
                   double* values) {
  strip_values<Narrow>(tiles, coefficients, strip, values);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void sums_wide(TensorTiles const& tiles, Strips strips,
                                                            double const* weights, double* sums,
                                                            double* factors) {
  block_sums<Wide>(tiles, strips, weights, sums, factors);
}
void sums_narrow(TensorTiles const& tiles, Strips strips, double const* weights, double* sums,
                 double* factors) {
  block_sums<Narrow>(tiles, strips, weights, sums, factors);
}

bool has_wide_registers() {
  return random::vector_path() == random::VectorPath::avx512;
}

}  // namespace

void polynomial_values(TensorTiles const& tiles, std::span<double const> coefficients, double constant,
                       double const* strip, double* values) {
  std::fill_n(values, kStrip, constant);
  (has_wide_registers() ? values_wide : values_narrow)(tiles, coefficients.data(), strip, values);
}

void add_monomial_sums(TensorTiles const& tiles, Strips strips, double const* weights,
                       std::span<double> sums) {
  numerics::AlignedVector factors(static_cast<std::size_t>(strips.count * kStrip * kTileRows));
  (has_wide_registers() ? sums_wide : sums_narrow)(tiles, strips, weights, sums.data(), factors.data());
}

}  // namespace thresher::hierarchical_features
