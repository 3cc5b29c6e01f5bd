// Compiled for x86-64-v4 and run only where the processor has it.
#include "linalg/float_row_gram_kernel.hpp"

// GCC 12 calls the undefined operands of its own intrinsics uninitialized (GCC bug 105593).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <immintrin.h>

namespace thresher::linalg::float_gram {

namespace {

struct Avx512 {
  using Register = __m512;
  static constexpr int kEntries = 16, kParts = 1, kRows = 8;

  [[gnu::always_inline]] static inline Register load(float const* from) { return _mm512_loadu_ps(from); }
  [[gnu::always_inline]] static inline Register all(float value) { return _mm512_set1_ps(value); }
  [[gnu::always_inline]] static inline Register fma(Register a, Register b, Register sum) {
    return _mm512_fmadd_ps(a, b, sum);
  }
  [[gnu::always_inline]] static inline void empty(Register const* sums, double* totals) {
    add(_mm512_add_pd(low(sums[0]), high(sums[0])), totals);
  }
  [[gnu::always_inline]] static inline void widen(Register sums, double factor, double* totals) {
    auto const factors = _mm512_set1_pd(factor);
    _mm512_storeu_pd(totals, _mm512_fmadd_pd(low(sums), factors, _mm512_loadu_pd(totals)));
    _mm512_storeu_pd(totals + 8, _mm512_fmadd_pd(high(sums), factors, _mm512_loadu_pd(totals + 8)));
  }

 private:
  [[gnu::always_inline]] static inline __m512d low(Register sums) {
    return _mm512_cvtps_pd(_mm512_castps512_ps256(sums));
  }
  [[gnu::always_inline]] static inline __m512d high(Register sums) {
    return _mm512_cvtps_pd(_mm512_extractf32x8_ps(sums, 1));
  }
  [[gnu::always_inline]] static inline void add(__m512d more, double* totals) {
    _mm512_storeu_pd(totals, _mm512_add_pd(_mm512_loadu_pd(totals), more));
  }
};

}  // namespace

void add_avx512(Pass const& pass) {
  add_products<Avx512>(pass);
}

}  // namespace thresher::linalg::float_gram
