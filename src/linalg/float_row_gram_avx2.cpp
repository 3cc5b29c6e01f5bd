#include "linalg/float_row_gram_kernel.hpp"

#include <immintrin.h>

namespace thresher::linalg::float_gram {

namespace {

struct Avx2 {
  using Register = __m256;
  static constexpr int kEntries = 8, kParts = 2, kRows = 4;

  [[gnu::always_inline]] static inline Register load(float const* from) { return _mm256_loadu_ps(from); }
  [[gnu::always_inline]] static inline Register all(float value) { return _mm256_set1_ps(value); }
  [[gnu::always_inline]] static inline Register fma(Register a, Register b, Register sum) {
    return _mm256_fmadd_ps(a, b, sum);
  }
  [[gnu::always_inline]] static inline void empty(Register const* sums, double* totals) {
    add(_mm256_add_pd(low(sums[0]), low(sums[1])), totals);
    add(_mm256_add_pd(high(sums[0]), high(sums[1])), totals + 4);
  }
  [[gnu::always_inline]] static inline void widen(Register sums, double factor, double* totals) {
    auto const factors = _mm256_set1_pd(factor);
    _mm256_storeu_pd(totals, _mm256_fmadd_pd(low(sums), factors, _mm256_loadu_pd(totals)));
    _mm256_storeu_pd(totals + 4, _mm256_fmadd_pd(high(sums), factors, _mm256_loadu_pd(totals + 4)));
  }

 private:
  [[gnu::always_inline]] static inline __m256d low(Register sums) {
    return _mm256_cvtps_pd(_mm256_castps256_ps128(sums));
  }
  [[gnu::always_inline]] static inline __m256d high(Register sums) {
    return _mm256_cvtps_pd(_mm256_extractf128_ps(sums, 1));
  }
  [[gnu::always_inline]] static inline void add(__m256d more, double* totals) {
    _mm256_storeu_pd(totals, _mm256_add_pd(_mm256_loadu_pd(totals), more));
  }
};

}  // namespace

void add_avx2(Pass const& pass) {
  add_products<Avx2>(pass);
}

}  // namespace thresher::linalg::float_gram
