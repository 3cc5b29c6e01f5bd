// Compiled for x86-64-v4 and run only where the processor has it: includes nothing with inline functions of
// external linkage (see elementary.hpp).
#include "random/vector_kernels.hpp"

#include <cstdint>

// GCC 12 calls the undefined operands of its own intrinsics uninitialized (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

namespace thresher::random {
namespace {

struct Avx512 {
  using Words = __m512i;
  using Reals = __m512d;
  static constexpr int width = 8;
  static constexpr int at_once = 4;

  static THRESHER_INLINE Words word(std::uint64_t bits) {
    return _mm512_set1_epi64(static_cast<long long>(bits));
  }
  static THRESHER_INLINE Reals real(double value) { return _mm512_set1_pd(value); }
  static THRESHER_INLINE Words count_from(std::uint64_t first) {
    return add(word(first), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static THRESHER_INLINE Words load(std::uint64_t const* words) { return _mm512_loadu_si512(words); }

  static THRESHER_INLINE Words add(Words a, Words b) { return _mm512_add_epi64(a, b); }
  static THRESHER_INLINE Words multiply_low_halves(Words a, Words b) { return _mm512_mul_epu32(a, b); }
  static THRESHER_INLINE Words bit_and(Words a, Words b) { return _mm512_and_si512(a, b); }
  static THRESHER_INLINE Words bit_or(Words a, Words b) { return _mm512_or_si512(a, b); }
  static THRESHER_INLINE Words bit_xor(Words a, Words b) { return _mm512_xor_si512(a, b); }
  static THRESHER_INLINE Words bit_xor(Words a, Words b, Words c) {
    return _mm512_ternarylogic_epi64(a, b, c, 0x96);
  }
  template <int bits>
  static THRESHER_INLINE Words shift_left(Words a) {
    return _mm512_slli_epi64(a, bits);
  }
  template <int bits>
  static THRESHER_INLINE Words shift_right(Words a) {
    return _mm512_srli_epi64(a, bits);
  }
  static THRESHER_INLINE Reals as_reals(Words a) { return _mm512_castsi512_pd(a); }
  static THRESHER_INLINE Words as_words(Reals a) { return _mm512_castpd_si512(a); }

  static THRESHER_INLINE Reals add(Reals a, Reals b) { return _mm512_add_pd(a, b); }
  static THRESHER_INLINE Reals subtract(Reals a, Reals b) { return _mm512_sub_pd(a, b); }
  static THRESHER_INLINE Reals multiply(Reals a, Reals b) { return _mm512_mul_pd(a, b); }
  static THRESHER_INLINE Reals divide(Reals a, Reals b) { return _mm512_div_pd(a, b); }
  static THRESHER_INLINE Reals square_root(Reals a) { return _mm512_sqrt_pd(a); }
  static THRESHER_INLINE Reals multiply_add(Reals a, Reals b, Reals c) { return _mm512_fmadd_pd(a, b, c); }
  static THRESHER_INLINE Reals multiply_subtract(Reals a, Reals b, Reals c) {
    return _mm512_fmsub_pd(a, b, c);
  }
  static THRESHER_INLINE Reals select(Words highest_bit, Reals a, Reals b) {
    return _mm512_mask_blend_pd(_mm512_movepi64_mask(highest_bit), a, b);
  }

  static THRESHER_INLINE void store(double* out, Reals a) { _mm512_storeu_pd(out, a); }
  static THRESHER_INLINE void store(float* out, Reals a) { _mm256_storeu_ps(out, _mm512_cvtpd_ps(a)); }
  template <class Real>
  static THRESHER_INLINE void store_interleaved(Real* out, Reals a, Reals b) {
    store(out, _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11), b));
    store(out + width, _mm512_permutex2var_pd(a, _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15), b));
  }
};

}  // namespace

constinit Kernels const avx512_kernels = kernels_of<Avx512>();

}  // namespace thresher::random
