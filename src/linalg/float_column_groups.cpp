#include "linalg/float_column_groups.hpp"

#include "linalg/column_group_kernels.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace thresher::linalg {

namespace {

[[gnu::target("avx512f,avx512dq,avx512vl")]] void float_scores_avx512(FloatBlock block,
                                                                      FloatColumnGroups const& panel,
                                                                      FloatColumnGroups& scores) {
  group_kernels::all_scores<group_kernels::WideGroup<float>, 8, 2>(block, panel, scores);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void float_image_avx512(FloatBlock block,
                                                                     FloatColumnGroups const& scores,
                                                                     FloatColumnGroups& image) {
  group_kernels::whole_image<group_kernels::WideGroup<float>, 8, 2>(block, scores, image);
}
void float_scores_avx2(FloatBlock block, FloatColumnGroups const& panel, FloatColumnGroups& scores) {
  group_kernels::all_scores<group_kernels::NarrowGroup<float>, 6, 1>(block, panel, scores);
}
void float_image_avx2(FloatBlock block, FloatColumnGroups const& scores, FloatColumnGroups& image) {
  group_kernels::whole_image<group_kernels::NarrowGroup<float>, 4, 1>(block, scores, image);
}

// Eight sums side by side, in as many registers as they take: the order of additions is the same everywhere.
constexpr std::int64_t kSums = 8;

/// kCount registers hold kSums doubles.
template <int kCount>
struct DoubleSums {
  using Register [[gnu::vector_size(8 * kSums / kCount)]] = double;
  using Floats [[gnu::vector_size(4 * kSums / kCount)]] = float;
  static constexpr int kLanes = kSums / kCount;
};

template <class Register, class Floats>
[[gnu::always_inline]] inline void widen(float const* from, Register* to) {
  Floats held;
  std::memcpy(&held, from, sizeof held);
  *to = __builtin_convertvector(held, Register);
}

template <int kCount, int kColumns>
[[gnu::always_inline]] inline void inner_products_of(double const* a, FloatBlock block, double* results) {
  using Register = typename DoubleSums<kCount>::Register;
  using Floats = typename DoubleSums<kCount>::Floats;
  constexpr std::int64_t lanes = DoubleSums<kCount>::kLanes;
  Register sums[kColumns][kCount] = {};
  std::int64_t i = 0;
  for (; i + kSums <= block.rows; i += kSums)
#pragma GCC unroll 2
    for (int p = 0; p < kCount; ++p) {
      Register held;
      std::memcpy(&held, a + i + p * lanes, sizeof held);
#pragma GCC unroll 4
      for (int c = 0; c < kColumns; ++c) {
        Register entry;
        widen<Register, Floats>(block.data + c * block.leading + i + p * lanes, &entry);
        sums[c][p] += held * entry;
      }
    }
  for (int c = 0; c < kColumns; ++c) {
    double own[kSums];
    std::memcpy(own, sums[c], sizeof own);
    double tail = 0;
    for (auto k = i; k < block.rows; ++k)
      tail = std::fma(a[k], static_cast<double>(block.data[c * block.leading + k]), tail);
    results[c] += (((own[0] + own[4]) + (own[2] + own[6])) + ((own[1] + own[5]) + (own[3] + own[7]))) + tail;
  }
}

template <int kCount>
[[gnu::always_inline]] inline void inner_products(double const* a, FloatBlock block, double* results) {
  std::int64_t c = 0;
  for (; c + 4 <= block.columns; c += 4)
    inner_products_of<kCount, 4>(a, {block.data + c * block.leading, block.rows, 4, block.leading},
                                 results + c);
  for (; c < block.columns; ++c)
    inner_products_of<kCount, 1>(a, {block.data + c * block.leading, block.rows, 1, block.leading},
                                 results + c);
}

/// Sums of squares of a group's columns.
template <int kCount>
[[gnu::always_inline]] inline void squares_of(float const* group, std::int64_t rows, double* results) {
  using Register = typename DoubleSums<kCount>::Register;
  using Floats = typename DoubleSums<kCount>::Floats;
  constexpr std::int64_t lanes = DoubleSums<kCount>::kLanes;
  constexpr int parts = static_cast<int>(FloatColumnGroups::kWidth / lanes);
  // Even rows and odd ones apart: an addition need not wait for the last one.
  Register sums[2][parts] = {};
  auto const add = [&](std::int64_t row, Register * own) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (int p = 0; p < parts; ++p) {
      Register entry;
      widen<Register, Floats>(group + row * FloatColumnGroups::kWidth + p * lanes, &entry);
      own[p] += entry * entry;
    }
  };
  std::int64_t i = 0;
  for (; i + 2 <= rows; i += 2) {
    add(i, sums[0]);
    add(i + 1, sums[1]);
  }
  if (i < rows) add(i, sums[0]);
  for (int p = 0; p < parts; ++p) sums[0][p] += sums[1][p];
  std::memcpy(results, sums[0], sizeof sums[0]);
}

[[gnu::target("avx512f,avx512dq,avx512vl")]] void inner_products_avx512(double const* a, FloatBlock block,
                                                                        double* results) {
  inner_products<1>(a, block, results);
}
void inner_products_avx2(double const* a, FloatBlock block, double* results) {
  inner_products<2>(a, block, results);
}
[[gnu::target("avx512f,avx512dq,avx512vl")]] void squares_avx512(float const* group, std::int64_t rows,
                                                                 double* results) {
  squares_of<1>(group, rows, results);
}
void squares_avx2(float const* group, std::int64_t rows, double* results) {
  squares_of<2>(group, rows, results);
}

}  // namespace

FloatColumnGroups::FloatColumnGroups(ColumnGroups const& panel)
    : FloatColumnGroups(panel.rows(), panel.columns()) {
  for (std::int64_t j = 0; j < columns_; ++j)
    for (std::int64_t i = 0; i < rows_; ++i)
      group(j / kWidth)[i * kWidth + j % kWidth] = static_cast<float>(panel(i, j));
}

void FloatColumnGroups::copy_to(ColumnGroups& panel) const {
  assert(panel.rows() == rows_ && panel.columns() == columns_);
  constexpr auto kDoubles = ColumnGroups::kWidth;
  for (std::int64_t j = 0; j < columns_; ++j)
    for (std::int64_t i = 0; i < rows_; ++i)
      panel.group(j / kDoubles)[i * kDoubles + j % kDoubles] = (*this)(i, j);
}

void block_scores(FloatBlock block, FloatColumnGroups const& panel, FloatColumnGroups& scores) {
  (random::uses_wide_registers() ? float_scores_avx512 : float_scores_avx2)(block, panel, scores);
}

void add_block_image(FloatBlock block, FloatColumnGroups const& scores, FloatColumnGroups& image) {
  (random::uses_wide_registers() ? float_image_avx512 : float_image_avx2)(block, scores, image);
}

void add_inner_products(std::span<double const> a, FloatBlock block, std::span<double> sums) {
  assert(std::ssize(a) == block.rows && std::ssize(sums) == block.columns);
  (random::uses_wide_registers() ? inner_products_avx512 : inner_products_avx2)(a.data(), block, sums.data());
}

void add_column_squares(FloatColumnGroups const& panel, std::span<double> sums) {
  assert(std::ssize(sums) == panel.columns());
  constexpr auto kWidth = FloatColumnGroups::kWidth;
  for (std::int64_t g = 0; g < panel.groups(); ++g) {
    double own[kWidth];
    (random::uses_wide_registers() ? squares_avx512 : squares_avx2)(panel.group(g), panel.rows(), own);
    for (std::int64_t j = g * kWidth; j < std::min(panel.columns(), (g + 1) * kWidth); ++j)
      sums[static_cast<std::size_t>(j)] += own[j % kWidth];
  }
}

}  // namespace thresher::linalg
