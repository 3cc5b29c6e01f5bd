#pragma once

#include <cstdint>
#include <span>

namespace thresher::linalg {

/// Rows of a matrix that lie one after the other, `columns` entries each.
template <class Real>
struct RowSpan {
  std::span<Real const> entries;
  std::int64_t columns;
};

/// image += sum over rows x_k of weights[k] <x_k, v> x_k in one pass: a few rows at a time are read from
/// memory once and used twice. Every entry has an order of additions of its own, which depends neither on the
/// processor nor on how the rows are cut into calls. Not collective.
void add_row_gram_product(RowSpan<double> rows, std::span<double const> weights, std::span<double const> v,
                          std::span<double> image);
/// Rows of floats whose sums are floats: cuts between groups of so many change no bits.
inline constexpr std::int64_t kFloatRowsTogether = 8;
/// The same for rows that are floats, as fast as they come from memory: v is rounded to floats, short sums of
/// products are floats, sums of those doubles. Errors are those of the rows' own rounding, about 1e-7 of
/// every product <x_k, v> and independent from row to row.
void add_row_gram_product(RowSpan<float> rows, std::span<double const> weights, std::span<double const> v,
                          std::span<double> image);

}  // namespace thresher::linalg
