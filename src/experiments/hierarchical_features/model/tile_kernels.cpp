#include "experiments/hierarchical_features/model/tile_kernels.hpp"

#include "random/stream.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace thresher::hierarchical_features {

namespace {

// Samples of a strip in registers of AVX-512 or AVX2, as many rows of a tile at once as fill them.
struct Wide {
  using Register [[gnu::vector_size(64)]] = double;
  static constexpr int kLanes = 8;
  static constexpr int kRows = 8;
};
struct Narrow {
  using Register [[gnu::vector_size(32)]] = double;
  static constexpr int kLanes = 4;
  static constexpr int kRows = 4;
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
  Register products[Lanes::kRows][kColumns] = {};
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
        for (int c = 0; c < kColumns; ++c) products[r][c] += factor * held[c];
      }
    }
  for (int c = 0; c < kColumns; ++c)
    for (int r = 0; r < Lanes::kRows; ++r) {
      double sum = 0;
      for (int lane = 0; lane < Lanes::kLanes; ++lane) sum += products[r][c][lane];
      sums[c * kTileRows + r] += sum;
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
  std::vector<double> factors(static_cast<std::size_t>(strips.count * kStrip * kTileRows));
  (has_wide_registers() ? sums_wide : sums_narrow)(tiles, strips, weights, sums.data(), factors.data());
}

}  // namespace thresher::hierarchical_features
