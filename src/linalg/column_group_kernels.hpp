#pragma once

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

/// scores += rows [begin, end) of the block's columns times those of the panel, for kColumns columns at once.
template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void score(Slice<typename Lanes::Real> const& at,
                                         typename Lanes::Real const* panel, typename Lanes::Real* scores) {
  constexpr int parts = Lanes::kParts;
  constexpr std::int64_t width = Lanes::kWidth;
  using Register = typename Lanes::Register;
  Register sums[kColumns][parts] = {};
  for (std::int64_t j = at.begin; j < at.end; ++j) {
    Register held[parts];
    load<Lanes>(panel + j * width, held);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      typename Lanes::Real const entry = at.block[c * at.leading + j];
#pragma GCC unroll 8
      for (int p = 0; p < parts; ++p) sums[c][p] += entry * held[p];
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c) {
    Register before[parts];
    load<Lanes>(scores + c * width, before);
#pragma GCC unroll 8
    for (int p = 0; p < parts; ++p) before[p] += sums[c][p];
    store<Lanes>(before, scores + c * width);
  }
}

/// Rows [begin, end) of the image += those of the block's columns times the scores.
template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void project(Slice<typename Lanes::Real> const& at,
                                           typename Lanes::Real const* scores, typename Lanes::Real* image) {
  constexpr int parts = Lanes::kParts;
  constexpr std::int64_t width = Lanes::kWidth;
  using Register = typename Lanes::Register;
  Register held[kColumns][parts];
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c) load<Lanes>(scores + c * width, held[c]);
  for (std::int64_t j = at.begin; j < at.end; ++j) {
    Register sums[parts];
    load<Lanes>(image + j * width, sums);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      typename Lanes::Real const entry = at.block[c * at.leading + j];
#pragma GCC unroll 8
      for (int p = 0; p < parts; ++p) sums[p] += entry * held[c][p];
    }
    store<Lanes>(sums, image + j * width);
  }
}

template <class Lanes, int kColumns, class View, class Groups>
[[gnu::always_inline]] inline void all_scores(View block, Groups const& panel, Groups& scores) {
  constexpr std::int64_t width = Lanes::kWidth;
  for (std::int64_t g = 0; g < panel.groups(); ++g)
    std::fill_n(scores.group(g), block.columns * width, typename Lanes::Real(0));
  for (std::int64_t begin = 0; begin < block.rows; begin += kChunk) {
    std::int64_t const end = std::min(begin + kChunk, block.rows);
    for (std::int64_t g = 0; g < panel.groups(); ++g) {
      std::int64_t c = 0;
      for (; c + kColumns <= block.columns; c += kColumns)
        score<Lanes, kColumns>({block.data + c * block.leading, block.leading, begin, end}, panel.group(g),
                               scores.group(g) + c * width);
      for (; c < block.columns; ++c)
        score<Lanes, 1>({block.data + c * block.leading, block.leading, begin, end}, panel.group(g),
                        scores.group(g) + c * width);
    }
  }
}

template <class Lanes, int kColumns, class View, class Groups>
[[gnu::always_inline]] inline void whole_image(View block, Groups const& scores, Groups& image) {
  constexpr std::int64_t width = Lanes::kWidth;
  for (std::int64_t begin = 0; begin < block.rows; begin += kChunk) {
    std::int64_t const end = std::min(begin + kChunk, block.rows);
    for (std::int64_t g = 0; g < image.groups(); ++g) {
      std::int64_t c = 0;
      for (; c + kColumns <= block.columns; c += kColumns)
        project<Lanes, kColumns>({block.data + c * block.leading, block.leading, begin, end},
                                 scores.group(g) + c * width, image.group(g));
      for (; c < block.columns; ++c)
        project<Lanes, 1>({block.data + c * block.leading, block.leading, begin, end},
                          scores.group(g) + c * width, image.group(g));
    }
  }
}

}  // namespace thresher::linalg::group_kernels
