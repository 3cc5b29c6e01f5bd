#include "bits/blocks.hpp"

#include <immintrin.h>

namespace thresher::bits {
namespace {

/// Counts by table lookup of half bytes (Mula, Kurz and Lemire 2018), gathered in bytes for up to 31 vectors.
struct Avx2 {
  static constexpr int rows = 2;
  static constexpr int columns = 2;
  static constexpr std::int64_t width = 4;
  static constexpr std::int64_t vectors_in_bytes = 31;  // each adds at most 8 to a byte

  static __m256i load(std::uint64_t const* words) {
    return _mm256_loadu_si256(reinterpret_cast<__m256i const*>(words));
  }
  static __m256i bytes_of(__m256i bits) {
    auto const table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    auto const half = _mm256_set1_epi8(0x0f);
    auto const low = _mm256_shuffle_epi8(table, _mm256_and_si256(bits, half));
    auto const high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bits, 4), half));
    return _mm256_add_epi8(low, high);
  }
  static std::uint64_t sum(__m256i v) {
    auto const pair = _mm_add_epi64(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    return static_cast<std::uint64_t>(_mm_extract_epi64(pair, 0)) +
           static_cast<std::uint64_t>(_mm_extract_epi64(pair, 1));
  }

  template <int R, int C>
  static void block(CommonCounts const& p, std::int64_t i, std::int64_t j) {
    std::uint64_t const* const a = p.a + i * p.a_stride;
    std::uint64_t const* const b = p.b + j * p.b_stride;
    __m256i totals[R][C];
    for (auto& row : totals)
      for (auto& total : row) total = _mm256_setzero_si256();
    std::int64_t w = 0;
    while (w + width <= p.words) {
      __m256i bytes[R][C];
      for (auto& row : bytes)
        for (auto& count : row) count = _mm256_setzero_si256();
      std::int64_t const left = (p.words - w) / width;
      std::int64_t const end = w + width * (left < vectors_in_bytes ? left : vectors_in_bytes);
      for (; w < end; w += width) {
        __m256i column[C];
        for (int c = 0; c < C; ++c) column[c] = load(b + c * p.b_stride + w);
        for (int r = 0; r < R; ++r) {
          auto const row = load(a + r * p.a_stride + w);
          for (int c = 0; c < C; ++c)
            bytes[r][c] = _mm256_add_epi8(bytes[r][c], bytes_of(_mm256_and_si256(row, column[c])));
        }
      }
      for (int r = 0; r < R; ++r)
        for (int c = 0; c < C; ++c)
          totals[r][c] = _mm256_add_epi64(totals[r][c], _mm256_sad_epu8(bytes[r][c], _mm256_setzero_si256()));
    }
    for (int r = 0; r < R; ++r)
      for (int c = 0; c < C; ++c) {
        std::uint64_t total = sum(totals[r][c]);
        for (std::int64_t v = w; v < p.words; ++v)
          total +=
              static_cast<std::uint64_t>(__builtin_popcountll(a[r * p.a_stride + v] & b[c * p.b_stride + v]));
        p.counts[(i + r) * p.counts_stride + j + c] = static_cast<std::uint32_t>(total);
      }
  }
};

}  // namespace

void count_common_avx2(CommonCounts const& product) {
  count_by_blocks<Avx2>(product);
}

}  // namespace thresher::bits
