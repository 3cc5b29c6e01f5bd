#pragma once

#include "random/elementary.hpp"

#include <cstdint>
#include <immintrin.h>

namespace thresher::random {

/// Four 64-bit lanes. The whole library is compiled for processors that have them.
struct Avx2 {
  using Words = __m256i;
  using Reals = __m256d;
  static constexpr int width = 4;
  static constexpr int at_once = 5;

  static THRESHER_INLINE Words word(std::uint64_t bits) {
    return _mm256_set1_epi64x(static_cast<long long>(bits));
  }
  static THRESHER_INLINE Reals real(double value) { return _mm256_set1_pd(value); }
  static THRESHER_INLINE Words count_from(std::uint64_t first) {
    return add(word(first), _mm256_setr_epi64x(0, 1, 2, 3));
  }
  static THRESHER_INLINE Words load(std::uint64_t const* words) {
    return _mm256_loadu_si256(reinterpret_cast<__m256i const*>(words));
  }

  static THRESHER_INLINE Words add(Words a, Words b) { return _mm256_add_epi64(a, b); }
  static THRESHER_INLINE Words multiply_low_halves(Words a, Words b) { return _mm256_mul_epu32(a, b); }
  static THRESHER_INLINE Words bit_and(Words a, Words b) { return _mm256_and_si256(a, b); }
  static THRESHER_INLINE Words bit_or(Words a, Words b) { return _mm256_or_si256(a, b); }
  static THRESHER_INLINE Words bit_xor(Words a, Words b) { return _mm256_xor_si256(a, b); }
  // The operand that is ready last comes last: in Philox that is the shifted product, `a`.
  static THRESHER_INLINE Words bit_xor(Words a, Words b, Words c) { return bit_xor(bit_xor(b, c), a); }
  template <int bits>
  static THRESHER_INLINE Words shift_left(Words a) {
    return _mm256_slli_epi64(a, bits);
  }
  template <int bits>
  static THRESHER_INLINE Words shift_right(Words a) {
    return _mm256_srli_epi64(a, bits);
  }
  static THRESHER_INLINE Reals as_reals(Words a) { return _mm256_castsi256_pd(a); }
  static THRESHER_INLINE Words as_words(Reals a) { return _mm256_castpd_si256(a); }

  static THRESHER_INLINE Reals add(Reals a, Reals b) { return _mm256_add_pd(a, b); }
  static THRESHER_INLINE Reals subtract(Reals a, Reals b) { return _mm256_sub_pd(a, b); }
  static THRESHER_INLINE Reals multiply(Reals a, Reals b) { return _mm256_mul_pd(a, b); }
  static THRESHER_INLINE Reals divide(Reals a, Reals b) { return _mm256_div_pd(a, b); }
  static THRESHER_INLINE Reals square_root(Reals a) { return _mm256_sqrt_pd(a); }
  static THRESHER_INLINE Reals multiply_add(Reals a, Reals b, Reals c) { return _mm256_fmadd_pd(a, b, c); }
  static THRESHER_INLINE Reals multiply_subtract(Reals a, Reals b, Reals c) {
    return _mm256_fmsub_pd(a, b, c);
  }
  static THRESHER_INLINE Reals select(Words highest_bit, Reals a, Reals b) {
    return _mm256_blendv_pd(a, b, as_reals(highest_bit));
  }

  static THRESHER_INLINE void store(double* out, Reals a) { _mm256_storeu_pd(out, a); }
  static THRESHER_INLINE void store(float* out, Reals a) { _mm_storeu_ps(out, _mm256_cvtpd_ps(a)); }
  template <class Real>
  static THRESHER_INLINE void store_interleaved(Real* out, Reals a, Reals b) {
    auto const low = _mm256_unpacklo_pd(a, b);
    auto const high = _mm256_unpackhi_pd(a, b);
    store(out, _mm256_permute2f128_pd(low, high, 0x20));
    store(out + width, _mm256_permute2f128_pd(low, high, 0x31));
  }
};

}  // namespace thresher::random
