#pragma once

#include "mpi/partition.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

/// Kernels of products with panels in groups of columns, in doubles or floats: templates that are inlined
/// into functions compiled for a processor (column_groups.cpp, float_column_groups.cpp).
namespace thresher::linalg::group_kernels {

/// Rows of the panel between two partial sums: their group of columns stays in the first cache, and long
/// sums lose less to rounding.
inline constexpr std::int64_t kChunk = 512;

// A group of columns (64 bytes a row) as one AVX-512 register or as two AVX2 registers.
template <class Number>
struct WideGroup {
  using Real = Number;
  using Register [[gnu::vector_size(64)]] = Number;
  static constexpr int kWidth = 64 / sizeof(Number);
  static constexpr int kParts = 1;
};
template <class Number>
struct NarrowGroup {
  using Real = Number;
  using Register [[gnu::vector_size(32)]] = Number;
  static constexpr int kWidth = 64 / sizeof(Number);
  static constexpr int kParts = 2;
};

/// A row of a group at any address, to and from registers.
template <class Lanes>
[[gnu::always_inline]] inline void load(typename Lanes::Real const* from, typename Lanes::Register* to) {
#pragma GCC unroll 2
  for (int p = 0; p < Lanes::kParts; ++p)
    std::memcpy(to + p, from + p * (Lanes::kWidth / Lanes::kParts), sizeof(*to));
}
template <class Lanes>
[[gnu::always_inline]] inline void store(typename Lanes::Register const* from, typename Lanes::Real* to) {
#pragma GCC unroll 2
  for (int p = 0; p < Lanes::kParts; ++p)
    std::memcpy(to + p * (Lanes::kWidth / Lanes::kParts), from + p, sizeof(*from));
}

template <class Real>
struct Slice {
  Real const* block;     ///< first of the columns that are worked on
  std::int64_t leading;  ///< of the block
  std::int64_t begin;    ///< rows of the panel
  std::int64_t end;
};

/// First of the groups that are worked on, and how far the next one is.
template <class Real>
struct Some {
  Real* first;
  std::int64_t stride;
};

/// scores += rows [begin, end) of the block's columns times those of the panel, for kColumns columns and
/// kGroups groups at once: an entry of the block is spread over a register once for all groups.
template <class Lanes, int kColumns, int kGroups>
[[gnu::always_inline]] inline void score(Slice<typename Lanes::Real> const& at,
                                         Some<typename Lanes::Real const> panel,
                                         Some<typename Lanes::Real> scores) {
  constexpr int parts = Lanes::kParts;
  constexpr std::int64_t width = Lanes::kWidth;
  using Register = typename Lanes::Register;
  Register sums[kColumns][kGroups][parts] = {};
  for (std::int64_t j = at.begin; j < at.end; ++j) {
    Register held[kGroups][parts];
#pragma GCC unroll 2
    for (int g = 0; g < kGroups; ++g) load<Lanes>(panel.first + g * panel.stride + j * width, held[g]);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      typename Lanes::Real const entry = at.block[c * at.leading + j];
#pragma GCC unroll 2
      for (int g = 0; g < kGroups; ++g)
#pragma GCC unroll 2
        for (int p = 0; p < parts; ++p) sums[c][g][p] += entry * held[g][p];
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c)
#pragma GCC unroll 2
    for (int g = 0; g < kGroups; ++g) {
      auto* const at_scores = scores.first + g * scores.stride + c * width;
      Register before[parts];
      load<Lanes>(at_scores, before);
#pragma GCC unroll 2
      for (int p = 0; p < parts; ++p) before[p] += sums[c][g][p];
      store<Lanes>(before, at_scores);
    }
}

/// Rows [begin, end) of the image += those of the block's columns times the scores, for kGroups groups at
/// once.
template <class Lanes, int kColumns, int kGroups>
[[gnu::always_inline]] inline void project(Slice<typename Lanes::Real> const& at,
                                           Some<typename Lanes::Real const> scores,
                                           Some<typename Lanes::Real> image) {
  constexpr int parts = Lanes::kParts;
  constexpr std::int64_t width = Lanes::kWidth;
  using Register = typename Lanes::Register;
  Register held[kColumns][kGroups][parts];
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c)
#pragma GCC unroll 2
    for (int g = 0; g < kGroups; ++g) load<Lanes>(scores.first + g * scores.stride + c * width, held[c][g]);
  for (std::int64_t j = at.begin; j < at.end; ++j) {
    Register sums[kGroups][parts];
#pragma GCC unroll 2
    for (int g = 0; g < kGroups; ++g) load<Lanes>(image.first + g * image.stride + j * width, sums[g]);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      typename Lanes::Real const entry = at.block[c * at.leading + j];
#pragma GCC unroll 2
      for (int g = 0; g < kGroups; ++g)
#pragma GCC unroll 2
        for (int p = 0; p < parts; ++p) sums[g][p] += entry * held[c][g][p];
    }
#pragma GCC unroll 2
    for (int g = 0; g < kGroups; ++g) store<Lanes>(sums[g], image.first + g * image.stride + j * width);
  }
}

/// All columns of rows [begin, end), for groups [g, g + kGroups).
template <class Lanes, int kColumns, int kGroups, class View, class Groups>
[[gnu::always_inline]] inline void score_groups(View block, mpi::Range rows, std::int64_t g,
                                                Groups const& panel, Groups& scores) {
  constexpr std::int64_t width = Lanes::kWidth;
  std::int64_t const panel_stride = panel.rows() * width;
  std::int64_t const score_stride = scores.rows() * width;
  std::int64_t c = 0;
  for (; c + kColumns <= block.columns; c += kColumns)
    score<Lanes, kColumns, kGroups>({block.data + c * block.leading, block.leading, rows.begin, rows.end},
                                    {panel.group(g), panel_stride},
                                    {scores.group(g) + c * width, score_stride});
  for (; c < block.columns; ++c)
    score<Lanes, 1, kGroups>({block.data + c * block.leading, block.leading, rows.begin, rows.end},
                             {panel.group(g), panel_stride}, {scores.group(g) + c * width, score_stride});
}

template <class Lanes, int kColumns, int kGroups, class View, class Groups>
[[gnu::always_inline]] inline void project_groups(View block, mpi::Range rows, std::int64_t g,
                                                  Groups const& scores, Groups& image) {
  constexpr std::int64_t width = Lanes::kWidth;
  std::int64_t const score_stride = scores.rows() * width;
  std::int64_t const image_stride = image.rows() * width;
  std::int64_t c = 0;
  for (; c + kColumns <= block.columns; c += kColumns)
    project<Lanes, kColumns, kGroups>({block.data + c * block.leading, block.leading, rows.begin, rows.end},
                                      {scores.group(g) + c * width, score_stride},
                                      {image.group(g), image_stride});
  for (; c < block.columns; ++c)
    project<Lanes, 1, kGroups>({block.data + c * block.leading, block.leading, rows.begin, rows.end},
                               {scores.group(g) + c * width, score_stride}, {image.group(g), image_stride});
}

template <class Lanes, int kColumns, int kGroups, class View, class Groups>
[[gnu::always_inline]] inline void all_scores(View block, Groups const& panel, Groups& scores) {
  for (std::int64_t g = 0; g < panel.groups(); ++g)
    std::fill_n(scores.group(g), block.columns * Lanes::kWidth, typename Lanes::Real(0));
  for (std::int64_t begin = 0; begin < block.rows; begin += kChunk) {
    mpi::Range const rows{begin, std::min(begin + kChunk, block.rows)};
    std::int64_t g = 0;
    for (; g + kGroups <= panel.groups(); g += kGroups)
      score_groups<Lanes, kColumns, kGroups>(block, rows, g, panel, scores);
    for (; g < panel.groups(); ++g) score_groups<Lanes, kColumns, 1>(block, rows, g, panel, scores);
  }
}

template <class Lanes, int kColumns, int kGroups, class View, class Groups>
[[gnu::always_inline]] inline void whole_image(View block, Groups const& scores, Groups& image) {
  for (std::int64_t begin = 0; begin < block.rows; begin += kChunk) {
    mpi::Range const rows{begin, std::min(begin + kChunk, block.rows)};
    std::int64_t g = 0;
    for (; g + kGroups <= image.groups(); g += kGroups)
      project_groups<Lanes, kColumns, kGroups>(block, rows, g, scores, image);
    for (; g < image.groups(); ++g) project_groups<Lanes, kColumns, 1>(block, rows, g, scores, image);
  }
}

}  // namespace thresher::linalg::group_kernels
