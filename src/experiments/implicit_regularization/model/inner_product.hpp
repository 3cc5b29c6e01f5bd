#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace thresher::implicit_regularization {

/// <a, b> with the same order of additions in every build and on every processor, unlike that of BLAS.
inline double inner_product(std::span<double const> a, std::span<double const> b) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= a.size(); i += sums.size())
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  double sum = 0;
  for (double const part : sums) sum += part;
  for (; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace thresher::implicit_regularization
