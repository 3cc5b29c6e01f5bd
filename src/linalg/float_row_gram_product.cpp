#include "linalg/float_row_gram_kernel.hpp"
#include "linalg/row_gram_product.hpp"
#include "random/stream.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace thresher::linalg {

namespace {

static_assert(float_gram::kGroup == kFloatRowsTogether);

/// The power of two that brings the largest of the values to [1, 2).
double binary_scale(std::span<double const> values) {
  double largest = 0;
  for (double const value : values) largest = std::max(largest, std::abs(value));
  return largest > 0 && std::isfinite(largest) ? std::ldexp(1.0, -std::ilogb(largest)) : 1;
}

}  // namespace

void add_row_gram_product(RowSpan<float> rows, std::span<double const> weights, std::span<double const> v,
                          std::span<double> image) {
  assert(rows.entries.size() == weights.size() * static_cast<std::size_t>(rows.columns));
  assert(v.size() == static_cast<std::size_t>(rows.columns) && image.size() == v.size());
  double const scale = binary_scale(v);
  std::vector<float> narrow(v.size());
  std::ranges::transform(v, narrow.begin(), [&](double entry) { return static_cast<float>(scale * entry); });
  float_gram::Pass const pass{rows.entries.data(), rows.columns, std::ssize(weights), weights.data(),
                              narrow.data(),       1 / scale,    image.data()};
  bool const wide = random::uses_wide_registers();
  (wide ? float_gram::add_avx512 : float_gram::add_avx2)(pass);
}

}  // namespace thresher::linalg
