// Compiled for AVX-512 with VPOPCNTDQ and run only where the processor has it: includes nothing with inline
// functions of external linkage (see kernels.hpp).
#include "bits/blocks.hpp"

// GCC 12 calls the undefined operands of its own intrinsics uninitialized (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

namespace thresher::bits {
namespace {

struct Avx512 {
  static constexpr int rows = 4;
  static constexpr int columns = 4;
  static constexpr std::int64_t width = 8;

  /// Sums of the lanes of four vectors, in the four lanes of one.
  static __m256i sums_of_four(__m512i const* v) {
    auto const low = _mm512_add_epi64(_mm512_unpacklo_epi64(v[0], v[1]), _mm512_unpackhi_epi64(v[0], v[1]));
    auto const high = _mm512_add_epi64(_mm512_unpacklo_epi64(v[2], v[3]), _mm512_unpackhi_epi64(v[2], v[3]));
    auto const low_half = _mm256_add_epi64(_mm512_castsi512_si256(low), _mm512_extracti64x4_epi64(low, 1));
    auto const high_half = _mm256_add_epi64(_mm512_castsi512_si256(high), _mm512_extracti64x4_epi64(high, 1));
    return _mm256_add_epi64(_mm256_permute2x128_si256(low_half, high_half, 0x20),
                            _mm256_permute2x128_si256(low_half, high_half, 0x31));
  }

  template <int R, int C>
  static void block(CommonCounts const& p, std::int64_t i, std::int64_t j) {
    std::uint64_t const* const a = p.a + i * p.a_stride;
    std::uint64_t const* const b = p.b + j * p.b_stride;
    __m512i totals[R][C];
    for (auto& row : totals)
      for (auto& total : row) total = _mm512_setzero_si512();
    std::int64_t w = 0;
    for (; w + width <= p.words; w += width) {
      __m512i column[C];
      for (int c = 0; c < C; ++c) column[c] = _mm512_loadu_si512(b + c * p.b_stride + w);
      for (int r = 0; r < R; ++r) {
        auto const row = _mm512_loadu_si512(a + r * p.a_stride + w);
        for (int c = 0; c < C; ++c)
          totals[r][c] =
              _mm512_add_epi64(totals[r][c], _mm512_popcnt_epi64(_mm512_and_si512(row, column[c])));
      }
    }
    if (w < p.words) {
      auto const rest = static_cast<__mmask8>((1U << (p.words - w)) - 1);
      for (int c = 0; c < C; ++c) {
        auto const column = _mm512_maskz_loadu_epi64(rest, b + c * p.b_stride + w);
        for (int r = 0; r < R; ++r)
          totals[r][c] = _mm512_add_epi64(
              totals[r][c], _mm512_popcnt_epi64(_mm512_and_si512(
                                _mm512_maskz_loadu_epi64(rest, a + r * p.a_stride + w), column)));
      }
    }
    for (int r = 0; r < R; ++r) {
      std::uint32_t* const out = p.counts + (i + r) * p.counts_stride + j;
      if constexpr (C == 4) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_cvtepi64_epi32(sums_of_four(totals[r])));
      } else {
        for (int c = 0; c < C; ++c)
          out[c] = static_cast<std::uint32_t>(_mm512_reduce_add_epi64(totals[r][c]));
      }
    }
  }
};

}  // namespace

void count_common_avx512(CommonCounts const& product) {
  count_by_blocks<Avx512>(product);
}

}  // namespace thresher::bits
