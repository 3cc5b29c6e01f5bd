#include "random/kernels.hpp"
#include "random/normal_columns.hpp"
#include "random/philox.hpp"
#include "random/stream.hpp"
#include "random/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <type_traits>

namespace thresher::random {
namespace {

// Rows whose identities are hashed together.
constexpr std::size_t rows_at_once = 1024;

// Columns written side by side in column-major order: their current cache lines and pages all stay at hand.
constexpr std::size_t columns_at_once = 32;

// The lanes of a vector are entries of one row, or one entry each of several rows. Short rows leave too many
// lanes of the first kind empty (and its preparation costs more), few rows those of the second. What then
// comes out in the wrong order is transposed in cache.
constexpr std::size_t short_row = 192;
constexpr std::size_t enough_rows_for_short = 16;
constexpr std::size_t few_rows = 8;

template <class Real>
auto normals_of(Kernels const& kernels) {
  if constexpr (std::is_same_v<Real, double>) {
    return kernels.normals;
  } else {
    return kernels.float_normals;
  }
}

template <class Real>
auto normal_columns_of(Kernels const& kernels) {
  if constexpr (std::is_same_v<Real, double>) {
    return kernels.normal_columns;
  } else {
    return kernels.float_normal_columns;
  }
}

// Size of the tile that begins at `column`. Tiles end at even columns of the matrix: no pair is drawn twice.
std::size_t next_columns(std::uint64_t first, std::size_t column, std::size_t columns) {
  return std::min(columns - column, columns_at_once - static_cast<std::size_t>((first + column) % 2));
}

template <class Real>
void fill_along_rows(std::span<Substream const> rows, std::uint64_t first, std::size_t columns, Real* out,
                     std::size_t leading) {
  auto const draw = normals_of<Real>(active_kernels());
  for (std::size_t row = 0; row < rows.size(); ++row) draw(rows[row], first, columns, out + row * leading);
}

template <class Real>
void fill_along_rows_transposed(std::span<Substream const> rows, std::uint64_t first, std::size_t columns,
                                Real* out, std::size_t leading) {
  constexpr std::size_t tile_columns = 256;
  alignas(64) Real tile[few_rows * tile_columns];
  for (std::size_t column = 0; column < columns; column += tile_columns) {
    std::size_t const count = std::min(tile_columns, columns - column);
    fill_along_rows(rows, first + column, count, tile, tile_columns);
    transpose(tile, tile_columns, count, rows.size(), out + column * leading, leading);
  }
}

template <class Real>
void fill_across_rows(std::span<Substream const> rows, std::uint64_t first, std::size_t columns, Real* out,
                      std::size_t leading) {
  auto const draw = normal_columns_of<Real>(active_kernels());
  for (std::size_t column = 0; column < columns;) {
    std::size_t const count = next_columns(first, column, columns);
    draw(rows.data(), rows.size(), first + column, count, out + column * leading, leading);
    column += count;
  }
}

template <class Real>
void fill_across_rows_transposed(std::span<Substream const> rows, std::uint64_t first, std::size_t columns,
                                 Real* out, std::size_t leading) {
  constexpr std::size_t tile_rows = 32;
  alignas(64) Real tile[tile_rows * columns_at_once];
  auto const draw = normal_columns_of<Real>(active_kernels());
  for (std::size_t row = 0; row < rows.size(); row += tile_rows) {
    std::size_t const row_count = std::min(tile_rows, rows.size() - row);
    for (std::size_t column = 0; column < columns;) {
      std::size_t const count = next_columns(first, column, columns);
      draw(&rows[row], row_count, first + column, count, tile, tile_rows);
      transpose(tile, tile_rows, row_count, count, out + row * leading + column, leading);
      column += count;
    }
  }
}

template <class Real>
auto best_fill(Layout layout, std::size_t rows, std::size_t columns) {
  if (layout == Layout::row_major) {
    bool const across = columns < short_row && rows >= enough_rows_for_short;
    return across ? fill_across_rows_transposed<Real> : fill_along_rows<Real>;
  }
  return rows < few_rows ? fill_along_rows_transposed<Real> : fill_across_rows<Real>;
}

std::size_t extent(std::int64_t begin, std::int64_t end) {
  if (begin < 0 || end < begin) throw std::invalid_argument("fill_normals: the block's range is not one");
  return static_cast<std::size_t>(end - begin);
}

// Leading dimension of `outer` runs of `inner` entries that fit a memory of `size` entries.
std::size_t checked_stride(std::int64_t leading, std::size_t inner, std::size_t outer, std::size_t size) {
  auto const stride = static_cast<std::size_t>(std::max<std::int64_t>(leading, 0));
  if (stride < inner || size < inner || (size - inner) / stride < outer - 1) {
    throw std::invalid_argument("fill_normals: the block does not fit its memory");
  }
  return stride;
}

// Calls work(batch, at) for the substreams of rows [first, first + rows), `at` rows after the first.
template <class Work>
void for_each_batch(Key const& key, std::int64_t first, std::size_t rows, Work work) {
  std::array<Substream, rows_at_once> storage;
  for (std::size_t row = 0; row < rows; row += rows_at_once) {
    std::span<Substream> const batch(storage.data(), std::min(rows_at_once, rows - row));
    consecutive_substreams(key, {static_cast<std::uint64_t>(first) + row, 0, 0, for_rows}, batch);
    work(std::span<Substream const>(batch), row);
  }
}

}  // namespace

struct BlockFill {
  template <class Real>
  static void fill(Stream const& stream, Block block, Layout layout, std::span<Real> out,
                   std::int64_t leading) {
    std::size_t const rows = extent(block.row_begin, block.row_end);
    std::size_t const columns = extent(block.column_begin, block.column_end);
    if (rows == 0 || columns == 0) return;
    bool const by_rows = layout == Layout::row_major;
    std::size_t const stride =
        checked_stride(leading, by_rows ? columns : rows, by_rows ? rows : columns, out.size());
    auto const first = static_cast<std::uint64_t>(block.column_begin);
    for_each_batch(stream.rows_, block.row_begin, rows,
                   [&](std::span<Substream const> batch, std::size_t row) {
                     auto const fill_batch = best_fill<Real>(layout, batch.size(), columns);
                     fill_batch(batch, first, columns, out.data() + row * (by_rows ? stride : 1), stride);
                   });
  }

  static void fill_columns(Stream const& stream, std::int64_t row_begin, std::int64_t row_end,
                           std::span<std::int64_t const> columns, std::span<double> out,
                           std::int64_t leading) {
    std::size_t const rows = extent(row_begin, row_end);
    for (auto const column : columns) extent(column, column);
    if (rows == 0 || columns.empty()) return;
    std::size_t const stride = checked_stride(leading, rows, columns.size(), out.size());
    for_each_batch(stream.rows_, row_begin, rows, [&](std::span<Substream const> batch, std::size_t row) {
      auto const fill_batch = best_fill<double>(Layout::column_major, batch.size(), 1);
      for (std::size_t k = 0; k < columns.size(); ++k)
        fill_batch(batch, static_cast<std::uint64_t>(columns[k]), 1, out.data() + k * stride + row, stride);
    });
  }
};

void fill_normals(Stream const& stream, Block block, Layout layout, std::span<double> out,
                  std::int64_t leading) {
  BlockFill::fill(stream, block, layout, out, leading);
}

void fill_normals(Stream const& stream, Block block, Layout layout, std::span<float> out,
                  std::int64_t leading) {
  BlockFill::fill(stream, block, layout, out, leading);
}

void fill_normal_columns(Stream const& stream, std::int64_t row_begin, std::int64_t row_end,
                         std::span<std::int64_t const> columns, std::span<double> out, std::int64_t leading) {
  BlockFill::fill_columns(stream, row_begin, row_end, columns, out, leading);
}

}  // namespace thresher::random
