#pragma once

#include <cstddef>
#include <immintrin.h>

namespace thresher::random {

/// Transposes 4 x 4 entries: to[r * to_stride + c] = from[r + c * from_stride].
inline void transpose_four(double const* from, std::size_t from_stride, double* to, std::size_t to_stride) {
  __m256d const column0 = _mm256_loadu_pd(from);
  __m256d const column1 = _mm256_loadu_pd(from + from_stride);
  __m256d const column2 = _mm256_loadu_pd(from + 2 * from_stride);
  __m256d const column3 = _mm256_loadu_pd(from + 3 * from_stride);
  __m256d const even01 = _mm256_unpacklo_pd(column0, column1);
  __m256d const odd01 = _mm256_unpackhi_pd(column0, column1);
  __m256d const even23 = _mm256_unpacklo_pd(column2, column3);
  __m256d const odd23 = _mm256_unpackhi_pd(column2, column3);
  _mm256_storeu_pd(to, _mm256_permute2f128_pd(even01, even23, 0x20));
  _mm256_storeu_pd(to + to_stride, _mm256_permute2f128_pd(odd01, odd23, 0x20));
  _mm256_storeu_pd(to + 2 * to_stride, _mm256_permute2f128_pd(even01, even23, 0x31));
  _mm256_storeu_pd(to + 3 * to_stride, _mm256_permute2f128_pd(odd01, odd23, 0x31));
}

inline void transpose_four(float const* from, std::size_t from_stride, float* to, std::size_t to_stride) {
  __m128 column0 = _mm_loadu_ps(from);
  __m128 column1 = _mm_loadu_ps(from + from_stride);
  __m128 column2 = _mm_loadu_ps(from + 2 * from_stride);
  __m128 column3 = _mm_loadu_ps(from + 3 * from_stride);
  _MM_TRANSPOSE4_PS(column0, column1, column2, column3);
  _mm_storeu_ps(to, column0);
  _mm_storeu_ps(to + to_stride, column1);
  _mm_storeu_ps(to + 2 * to_stride, column2);
  _mm_storeu_ps(to + 3 * to_stride, column3);
}

/// to[r * to_stride + c] = from[r + c * from_stride] for r < rows, c < columns.
template <class Real>
void transpose(Real const* from, std::size_t from_stride, std::size_t rows, std::size_t columns, Real* to,
               std::size_t to_stride) {
  std::size_t const whole_rows = rows / 4 * 4;
  std::size_t const whole_columns = columns / 4 * 4;
  for (std::size_t row = 0; row < whole_rows; row += 4) {
    for (std::size_t column = 0; column < whole_columns; column += 4) {
      transpose_four(from + row + column * from_stride, from_stride, to + row * to_stride + column,
                     to_stride);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = row < whole_rows ? whole_columns : 0; column < columns; ++column) {
      to[row * to_stride + column] = from[row + column * from_stride];
    }
  }
}

}  // namespace thresher::random
