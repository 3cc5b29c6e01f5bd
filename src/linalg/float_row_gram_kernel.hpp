#pragma once

#include <cstdint>

/// The pass of float_row_gram_product.cpp, compiled once for each processor. Includes nothing with inline
/// functions of external linkage: the linker might take those of the larger processor for all.
namespace thresher::linalg::float_gram {

struct Pass {
  float const* rows;
  std::int64_t columns;
  std::int64_t count;  ///< of rows
  double const* weights;
  float const* v;  ///< scaled
  double unscale;  ///< what its products are multiplied with
  double* image;
};
void add_avx2(Pass const& pass);
void add_avx512(Pass const& pass);

namespace {

// Rows that are added up as floats before they enter a double (kFloatRowsTogether).
constexpr int kGroup = 8;
// Entry j of a row goes to lane j mod 16; every so many entries the lanes are emptied into doubles.
constexpr std::int64_t kFloatLanes = 16;
constexpr std::int64_t kRun = 32 * kFloatLanes;
constexpr int kHalf = kFloatLanes / 2;

// A processor's `Lanes`: a Register of kEntries floats, kParts of them a step; kRows rows have sums that fit
// its registers. empty() adds lane k and lane k + 8 to total k, widen() every lane, times a number, to a
// total of its own. Products are added by fma() alone: what the compiler contracts depends on how it
// optimises.

/// Scores of kRows rows: floats in short runs, which are added up in doubles.
template <class Lanes, int kRows>
[[gnu::always_inline]] inline void score_rows(float const* rows, std::int64_t columns, float const* v,
                                              double* scores) {
  constexpr int parts = Lanes::kParts;
  double totals[kRows][kHalf] = {};
  std::int64_t const whole = columns - columns % kFloatLanes;
  std::int64_t j = 0;
  while (j < whole) {
    std::int64_t const end = whole - j < kRun ? whole : j + kRun;
    typename Lanes::Register sums[kRows][parts] = {};
    for (; j < end; j += kFloatLanes) {
#pragma GCC unroll 2
      for (int p = 0; p < parts; ++p) {
        auto const held = Lanes::load(v + j + p * Lanes::kEntries);
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r)
          sums[r][p] =
              Lanes::fma(Lanes::load(rows + r * columns + j + p * Lanes::kEntries), held, sums[r][p]);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) Lanes::empty(sums[r], totals[r]);
  }
  for (int r = 0; r < kRows; ++r) {
    double const* const lanes = totals[r];
    double tail = 0;
    for (std::int64_t k = whole; k < columns; ++k)
      tail = __builtin_fma(static_cast<double>(rows[r * columns + k]), static_cast<double>(v[k]), tail);
    scores[r] =
        (((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))) +
        tail;
  }
}

/// image += unscale times the rows times their factors: the sum of the rows is one of floats.
template <class Lanes, int kRows>
[[gnu::always_inline]] inline void add_group(float const* rows, std::int64_t columns, float const* factors,
                                             double unscale, double* image) {
  std::int64_t j = 0;
  for (; j + Lanes::kEntries <= columns; j += Lanes::kEntries) {
    typename Lanes::Register sum = {};
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r)
      sum = Lanes::fma(Lanes::load(rows + r * columns + j), Lanes::all(factors[r]), sum);
    Lanes::widen(sum, unscale, image + j);
  }
  for (; j < columns; ++j) {
    float sum = 0;
    for (int r = 0; r < kRows; ++r) sum = __builtin_fmaf(rows[r * columns + j], factors[r], sum);
    image[j] = __builtin_fma(static_cast<double>(sum), unscale, image[j]);
  }
}

/// Factors of a group as floats, divided by the power of two that brings the largest of them to [1, 2): none
/// leaves the range of floats, and what is nothing beside it does not become a subnormal number, which would
/// cost time. Returns that power.
template <int kRows>
inline double scale_factors(double const* factors, float* scaled) {
  double largest = 0;
  for (int r = 0; r < kRows; ++r) {
    double const size = factors[r] < 0 ? -factors[r] : factors[r];
    if (size > largest) largest = size;
  }
  if (!(largest > 0) || largest > 1e300) largest = 1;
  double const power = __builtin_ldexp(1.0, __builtin_ilogb(largest));
  for (int r = 0; r < kRows; ++r) {
    double const factor = factors[r] / power;
    scaled[r] = factor > -0x1p-100 && factor < 0x1p-100 ? 0 : static_cast<float>(factor);
  }
  return power;
}

template <class Lanes, int kRows>
[[gnu::always_inline]] inline void add_product(Pass const& pass, std::int64_t first) {
  auto const columns = pass.columns;
  float const* const rows = pass.rows + first * columns;
  constexpr int kTogether = Lanes::kRows < kRows ? Lanes::kRows : kRows;
  double scores[kRows];
  for (int r = 0; r < kRows; r += kTogether)
    score_rows<Lanes, kTogether>(rows + r * columns, columns, pass.v, scores + r);
  for (int r = 0; r < kRows; ++r) scores[r] *= pass.weights[first + r];
  float factors[kRows];
  double const power = scale_factors<kRows>(scores, factors);
  add_group<Lanes, kRows>(rows, columns, factors, power * pass.unscale, pass.image);
}

template <class Lanes>
[[gnu::always_inline]] inline void add_products(Pass const& pass) {
  std::int64_t k = 0;
  for (; k + kGroup <= pass.count; k += kGroup) add_product<Lanes, kGroup>(pass, k);
  for (; k < pass.count; ++k) add_product<Lanes, 1>(pass, k);
}

}  // namespace

}  // namespace thresher::linalg::float_gram
