#pragma once

#include "bits/kernels.hpp"

#include <cstdint>

// Included by one source file per instruction set. What is defined here is a template over a type local to
// that file, so that no linker can confuse them; for the same reason there is no standard library.

namespace thresher::bits {

/// Walks the matrix of counts in blocks of Kernel::rows x Kernel::columns, so that what is loaded once is
/// used several times. `Kernel::block<R, C>(product, i, j)` counts R rows against C.
template <class Kernel>
void count_by_blocks(CommonCounts const& product) {
  std::int64_t i = 0;
  for (; i + Kernel::rows <= product.a_rows; i += Kernel::rows) {
    std::int64_t j = 0;
    for (; j + Kernel::columns <= product.b_rows; j += Kernel::columns)
      Kernel::template block<Kernel::rows, Kernel::columns>(product, i, j);
    for (; j < product.b_rows; ++j) Kernel::template block<Kernel::rows, 1>(product, i, j);
  }
  for (; i < product.a_rows; ++i) {
    std::int64_t j = 0;
    for (; j + Kernel::columns <= product.b_rows; j += Kernel::columns)
      Kernel::template block<1, Kernel::columns>(product, i, j);
    for (; j < product.b_rows; ++j) Kernel::template block<1, 1>(product, i, j);
  }
}

}  // namespace thresher::bits
