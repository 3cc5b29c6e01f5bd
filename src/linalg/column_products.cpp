#include "linalg/column_products.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#ifdef __FMA__
#include <immintrin.h>
#endif

namespace thresher::linalg {

namespace {

// Two vectors of four lanes per product: entry i goes to lane i mod 8, lanes are added in one fixed tree.
// Four products at a time keep the eight additions in flight that hide the latency of a fused multiply-add.
using Lanes = double __attribute__((vector_size(32)));
constexpr std::int64_t kStride = 8;

inline Lanes load(double const* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

// Fused explicitly: left to the compiler, a kernel for four columns and one for a single column may differ in
// which operations it contracts, and then in their last bits.
inline Lanes multiply_add(Lanes a, Lanes b, Lanes sum) {
#ifdef __FMA__
  return reinterpret_cast<Lanes>(_mm256_fmadd_pd(reinterpret_cast<__m256d>(a), reinterpret_cast<__m256d>(b),
                                                 reinterpret_cast<__m256d>(sum)));
#else
  for (int lane = 0; lane < 4; ++lane) sum[lane] = std::fma(a[lane], b[lane], sum[lane]);
  return sum;
#endif
}

inline double total(Lanes low, Lanes high) {
  Lanes const sum = low + high;
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

template <int Width>
inline void products_of(double const* const* columns, double const* vector, std::int64_t rows,
                        double* products) {
  Lanes low[Width] = {};
  Lanes high[Width] = {};
  std::int64_t i = 0;
  for (; i + kStride <= rows; i += kStride) {
    Lanes const v_low = load(vector + i);
    Lanes const v_high = load(vector + i + 4);
    for (int k = 0; k < Width; ++k) {
      low[k] = multiply_add(load(columns[k] + i), v_low, low[k]);
      high[k] = multiply_add(load(columns[k] + i + 4), v_high, high[k]);
    }
  }
  double tail[Width] = {};
  for (; i < rows; ++i)
    for (int k = 0; k < Width; ++k) tail[k] = std::fma(columns[k][i], vector[i], tail[k]);
  for (int k = 0; k < Width; ++k) products[k] += total(low[k], high[k]) + tail[k];
}

template <int Width>
inline void squares_of(double const* const* columns, std::int64_t rows, double* sums) {
  Lanes low[Width] = {};
  Lanes high[Width] = {};
  std::int64_t i = 0;
  for (; i + kStride <= rows; i += kStride)
    for (int k = 0; k < Width; ++k) {
      Lanes const x_low = load(columns[k] + i);
      Lanes const x_high = load(columns[k] + i + 4);
      low[k] = multiply_add(x_low, x_low, low[k]);
      high[k] = multiply_add(x_high, x_high, high[k]);
    }
  double tail[Width] = {};
  for (; i < rows; ++i)
    for (int k = 0; k < Width; ++k) tail[k] = std::fma(columns[k][i], columns[k][i], tail[k]);
  for (int k = 0; k < Width; ++k) sums[k] += total(low[k], high[k]) + tail[k];
}

}  // namespace

void add_column_products(std::span<double const* const> columns, std::span<double const> vector,
                         std::span<double> products) {
  assert(columns.size() == products.size());
  auto const rows = static_cast<std::int64_t>(vector.size());
  std::size_t k = 0;
  for (; k + 4 <= columns.size(); k += 4)
    products_of<4>(columns.data() + k, vector.data(), rows, products.data() + k);
  for (; k < columns.size(); ++k)
    products_of<1>(columns.data() + k, vector.data(), rows, products.data() + k);
}

void add_squared_norms(std::span<double const* const> columns, std::int64_t rows, std::span<double> sums) {
  assert(columns.size() == sums.size());
  std::size_t k = 0;
  for (; k + 4 <= columns.size(); k += 4) squares_of<4>(columns.data() + k, rows, sums.data() + k);
  for (; k < columns.size(); ++k) squares_of<1>(columns.data() + k, rows, sums.data() + k);
}

void add_combination(std::span<double const* const> columns, std::span<double const> coefficients,
                     std::span<double> result) {
  assert(columns.size() == coefficients.size());
  constexpr std::size_t piece = 512;  // stays in the first-level cache while all columns are added
  for (std::size_t begin = 0; begin < result.size(); begin += piece) {
    std::size_t const end = std::min(begin + piece, result.size());
    for (std::size_t k = 0; k < columns.size(); ++k) {
      double const coefficient = coefficients[k];
      double const* const column = columns[k];
      for (std::size_t i = begin; i < end; ++i) result[i] = std::fma(coefficient, column[i], result[i]);
    }
  }
}

double inner_product(std::span<double const> a, std::span<double const> b) {
  assert(a.size() == b.size());
  double sum = 0;
  double const* const column = a.data();
  products_of<1>(&column, b.data(), static_cast<std::int64_t>(b.size()), &sum);
  return sum;
}

double squared_distance(std::span<double const> a, std::span<double const> b) {
  assert(a.size() == b.size());
  auto const size = static_cast<std::int64_t>(a.size());
  Lanes low = {}, high = {};
  std::int64_t i = 0;
  for (; i + kStride <= size; i += kStride) {
    Lanes const d_low = load(a.data() + i) - load(b.data() + i);
    Lanes const d_high = load(a.data() + i + 4) - load(b.data() + i + 4);
    low = multiply_add(d_low, d_low, low);
    high = multiply_add(d_high, d_high, high);
  }
  double tail = 0;
  for (; i < size; ++i) {
    double const difference = a[static_cast<std::size_t>(i)] - b[static_cast<std::size_t>(i)];
    tail = std::fma(difference, difference, tail);
  }
  return total(low, high) + tail;
}

}  // namespace thresher::linalg
