#include "linalg/column_groups.hpp"

#include "random/stream.hpp"

#include <algorithm>
#include <cstring>

namespace thresher::linalg {

namespace {

/// Rows of the panel between two partial sums: their group of 8 columns stays in the first cache, and long
/// sums lose less to rounding.
constexpr std::int64_t kChunk = 512;
constexpr std::int64_t kWidth = ColumnGroups::kWidth;

// Eight columns as one AVX-512 register or as two AVX2 registers.
struct Eight {
  using Register [[gnu::vector_size(64)]] = double;
  static constexpr int kDoubles = 8;
  static constexpr int kParts = 1;
};
struct Four {
  using Register [[gnu::vector_size(32)]] = double;
  static constexpr int kDoubles = 4;
  static constexpr int kParts = 2;
};

/// Eight doubles at any address, to and from registers.
template <class Lanes>
[[gnu::always_inline]] inline void load(double const* from, typename Lanes::Register* to) {
#pragma GCC unroll 2
  for (int p = 0; p < Lanes::kParts; ++p) std::memcpy(to + p, from + p * Lanes::kDoubles, sizeof(*to));
}
template <class Lanes>
[[gnu::always_inline]] inline void store(typename Lanes::Register const* from, double* to) {
#pragma GCC unroll 2
  for (int p = 0; p < Lanes::kParts; ++p) std::memcpy(to + p * Lanes::kDoubles, from + p, sizeof(*from));
}

struct Slice {
  double const* block;   ///< first of the columns that are worked on
  std::int64_t leading;  ///< of the block
  std::int64_t begin;    ///< rows of the panel
  std::int64_t end;
};

/// scores += rows [begin, end) of the block's columns times those of the panel, for kColumns columns at once.
template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void score(Slice const& at, double const* panel, double* scores) {
  constexpr int parts = Lanes::kParts;
  using Register = typename Lanes::Register;
  Register sums[kColumns][parts] = {};
  for (std::int64_t j = at.begin; j < at.end; ++j) {
    Register held[parts];
    load<Lanes>(panel + j * kWidth, held);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      double const entry = at.block[c * at.leading + j];
#pragma GCC unroll 8
      for (int p = 0; p < parts; ++p) sums[c][p] += entry * held[p];
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c) {
    Register before[parts];
    load<Lanes>(scores + c * kWidth, before);
#pragma GCC unroll 8
    for (int p = 0; p < parts; ++p) before[p] += sums[c][p];
    store<Lanes>(before, scores + c * kWidth);
  }
}

/// Rows [begin, end) of the image += those of the block's columns times the scores.
template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void project(Slice const& at, double const* scores, double* image) {
  constexpr int parts = Lanes::kParts;
  using Register = typename Lanes::Register;
  Register held[kColumns][parts];
#pragma GCC unroll 8
  for (int c = 0; c < kColumns; ++c) load<Lanes>(scores + c * kWidth, held[c]);
  for (std::int64_t j = at.begin; j < at.end; ++j) {
    Register sums[parts];
    load<Lanes>(image + j * kWidth, sums);
#pragma GCC unroll 8
    for (int c = 0; c < kColumns; ++c) {
      double const entry = at.block[c * at.leading + j];
#pragma GCC unroll 8
      for (int p = 0; p < parts; ++p) sums[p] += entry * held[c][p];
    }
    store<Lanes>(sums, image + j * kWidth);
  }
}

template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void all_scores(ConstMatrixView block, ColumnGroups const& panel,
                                              ColumnGroups& scores) {
  for (std::int64_t g = 0; g < panel.groups(); ++g) std::fill_n(scores.group(g), block.columns * kWidth, 0.0);
  for (std::int64_t begin = 0; begin < block.rows; begin += kChunk) {
    std::int64_t const end = std::min(begin + kChunk, block.rows);
    for (std::int64_t g = 0; g < panel.groups(); ++g) {
      std::int64_t c = 0;
      for (; c + kColumns <= block.columns; c += kColumns)
        score<Lanes, kColumns>({block.data + c * block.leading, block.leading, begin, end}, panel.group(g),
                               scores.group(g) + c * kWidth);
      for (; c < block.columns; ++c)
        score<Lanes, 1>({block.data + c * block.leading, block.leading, begin, end}, panel.group(g),
                        scores.group(g) + c * kWidth);
    }
  }
}

template <class Lanes, int kColumns>
[[gnu::always_inline]] inline void whole_image(ConstMatrixView block, ColumnGroups const& scores,
                                               ColumnGroups& image) {
  for (std::int64_t begin = 0; begin < block.rows; begin += kChunk) {
    std::int64_t const end = std::min(begin + kChunk, block.rows);
    for (std::int64_t g = 0; g < image.groups(); ++g) {
      std::int64_t c = 0;
      for (; c + kColumns <= block.columns; c += kColumns)
        project<Lanes, kColumns>({block.data + c * block.leading, block.leading, begin, end},
                                 scores.group(g) + c * kWidth, image.group(g));
      for (; c < block.columns; ++c)
        project<Lanes, 1>({block.data + c * block.leading, block.leading, begin, end},
                          scores.group(g) + c * kWidth, image.group(g));
    }
  }
}

// The numbers of columns at once fill the registers without spilling.
[[gnu::target("avx512f,avx512dq,avx512vl")]] void scores_avx512(ConstMatrixView block,
                                                                ColumnGroups const& panel,
                                                                ColumnGroups& scores) {
  all_scores<Eight, 8>(block, panel, scores);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void image_avx512(ConstMatrixView block,
                                                               ColumnGroups const& scores,
                                                               ColumnGroups& image) {
  whole_image<Eight, 8>(block, scores, image);
}
void scores_avx2(ConstMatrixView block, ColumnGroups const& panel, ColumnGroups& scores) {
  all_scores<Four, 6>(block, panel, scores);
}
void image_avx2(ConstMatrixView block, ColumnGroups const& scores, ColumnGroups& image) {
  whole_image<Four, 4>(block, scores, image);
}

bool has_wide_registers() {
  return random::vector_path() == random::VectorPath::avx512;
}

}  // namespace

ColumnGroups::ColumnGroups(ConstMatrixView panel) : ColumnGroups(panel.rows, panel.columns) {
  for (std::int64_t j = 0; j < columns_; ++j) {
    double* const first = group(j / kWidth) + j % kWidth;
    for (std::int64_t i = 0; i < rows_; ++i) first[i * kWidth] = panel(i, j);
  }
}

void ColumnGroups::copy_to(MatrixView panel) const {
  for (std::int64_t j = 0; j < columns_; ++j) {
    double const* const first = group(j / kWidth) + j % kWidth;
    for (std::int64_t i = 0; i < rows_; ++i) panel(i, j) = first[i * kWidth];
  }
}

void block_scores(ConstMatrixView block, ColumnGroups const& panel, ColumnGroups& scores) {
  (has_wide_registers() ? scores_avx512 : scores_avx2)(block, panel, scores);
}

void add_block_image(ConstMatrixView block, ColumnGroups const& scores, ColumnGroups& image) {
  (has_wide_registers() ? image_avx512 : image_avx2)(block, scores, image);
}

}  // namespace thresher::linalg
