#include "linalg/row_gram_product.hpp"

#include "random/stream.hpp"

#include <cassert>
#include <cmath>
#include <cstring>

namespace thresher::linalg {

namespace {

// Entry j of a row goes to lane j mod 8; lanes are added in one fixed tree.
constexpr std::int64_t kPartialSums = 8;

/// Eight lanes as one register of AVX-512 or as two of AVX2.
struct WideLanes {
  using Register [[gnu::vector_size(64)]] = double;
  static constexpr int kEntries = 8;
  static constexpr int kParts = 1;
};
struct NarrowLanes {
  using Register [[gnu::vector_size(32)]] = double;
  static constexpr int kEntries = 4;
  static constexpr int kParts = 2;
};

template <class Lanes>
[[gnu::always_inline]] inline void load_lanes(double const* from, typename Lanes::Register& to) {
  std::memcpy(&to, from, sizeof to);
}

/// The products of kRows rows with v.
template <class Lanes, int kRows>
[[gnu::always_inline]] inline void row_products(double const* rows, std::int64_t columns, double const* v,
                                                double* products) {
  constexpr int parts = Lanes::kParts;
  typename Lanes::Register sums[kRows][parts] = {};
  std::int64_t j = 0;
  for (; j + kPartialSums <= columns; j += kPartialSums) {
#pragma GCC unroll 2
    for (int p = 0; p < parts; ++p) {
      typename Lanes::Register held;
      load_lanes<Lanes>(v + j + p * Lanes::kEntries, held);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        typename Lanes::Register entries;
        load_lanes<Lanes>(rows + r * columns + j + p * Lanes::kEntries, entries);
        sums[r][p] += entries * held;
      }
    }
  }
  for (int r = 0; r < kRows; ++r) {
    double lanes[kPartialSums];
    std::memcpy(lanes, sums[r], sizeof lanes);
    double tail = 0;
    for (std::int64_t k = j; k < columns; ++k) tail = std::fma(rows[r * columns + k], v[k], tail);
    products[r] =
        (((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))) +
        tail;
  }
}

/// image += the rows times their factors, row after row for every entry.
template <class Lanes, int kRows>
[[gnu::always_inline]] inline void add_rows(double const* rows, std::int64_t columns, double const* factors,
                                            double* image) {
  std::int64_t j = 0;
  for (; j + Lanes::kEntries <= columns; j += Lanes::kEntries) {
    typename Lanes::Register sum;
    load_lanes<Lanes>(image + j, sum);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      typename Lanes::Register entries;
      load_lanes<Lanes>(rows + r * columns + j, entries);
      sum += entries * factors[r];
    }
    std::memcpy(image + j, &sum, sizeof sum);
  }
  for (; j < columns; ++j)
    for (int r = 0; r < kRows; ++r) image[j] = std::fma(rows[r * columns + j], factors[r], image[j]);
}

template <class Lanes, int kRows>
[[gnu::always_inline]] inline void gram_product(RowSpan<double> rows, std::span<double const> weights,
                                                double const* v, double* image) {
  auto const count = static_cast<std::int64_t>(weights.size());
  double factors[kRows];
  std::int64_t k = 0;
  for (; k + kRows <= count; k += kRows) {
    double const* const first = rows.entries.data() + k * rows.columns;
    row_products<Lanes, kRows>(first, rows.columns, v, factors);
    for (int r = 0; r < kRows; ++r) factors[r] *= weights[static_cast<std::size_t>(k + r)];
    add_rows<Lanes, kRows>(first, rows.columns, factors, image);
  }
  for (; k < count; ++k) {
    double const* const first = rows.entries.data() + k * rows.columns;
    row_products<Lanes, 1>(first, rows.columns, v, factors);
    factors[0] *= weights[static_cast<std::size_t>(k)];
    add_rows<Lanes, 1>(first, rows.columns, factors, image);
  }
}

[[gnu::target("avx512f,avx512dq,avx512vl")]] void gram_product_avx512(RowSpan<double> rows,
                                                                      std::span<double const> weights,
                                                                      double const* v, double* image) {
  gram_product<WideLanes, 8>(rows, weights, v, image);
}
void gram_product_avx2(RowSpan<double> rows, std::span<double const> weights, double const* v,
                       double* image) {
  gram_product<NarrowLanes, 4>(rows, weights, v, image);
}

}  // namespace

void add_row_gram_product(RowSpan<double> rows, std::span<double const> weights, std::span<double const> v,
                          std::span<double> image) {
  assert(rows.entries.size() == weights.size() * static_cast<std::size_t>(rows.columns));
  assert(v.size() == static_cast<std::size_t>(rows.columns) && image.size() == v.size());
  bool const wide = random::uses_wide_registers();
  (wide ? gram_product_avx512 : gram_product_avx2)(rows, weights, v.data(), image.data());
}

}  // namespace thresher::linalg
