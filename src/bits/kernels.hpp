#pragma once

#include <cstdint>

namespace thresher::bits {

/// counts[i * counts_stride + j] = popcount of a's row i AND b's row j. Plain pointers: the AVX-512 file must
/// not instantiate anything of the standard library, or a linker could hand its code to a processor that
/// lacks it.
struct CommonCounts {
  std::uint64_t const* a;
  std::int64_t a_rows;
  std::int64_t a_stride;
  std::uint64_t const* b;
  std::int64_t b_rows;
  std::int64_t b_stride;
  std::int64_t words;
  std::uint32_t* counts;
  std::int64_t counts_stride;
};

void count_common_avx512(CommonCounts const& product);
void count_common_avx2(CommonCounts const& product);
void count_common_scalar(CommonCounts const& product);

}  // namespace thresher::bits
