#include "linalg/column_products.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

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
      low[k] += load(columns[k] + i) * v_low;
      high[k] += load(columns[k] + i + 4) * v_high;
    }
  }
  double tail[Width] = {};
  for (; i < rows; ++i)
    for (int k = 0; k < Width; ++k) tail[k] += columns[k][i] * vector[i];
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
      low[k] += x_low * x_low;
      high[k] += x_high * x_high;
    }
  double tail[Width] = {};
  for (; i < rows; ++i)
    for (int k = 0; k < Width; ++k) tail[k] += columns[k][i] * columns[k][i];
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
      for (std::size_t i = begin; i < end; ++i) result[i] += coefficient * column[i];
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

}  // namespace thresher::linalg
