#include "experiments/hierarchical_features/model/tensor_tiles.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// sqrt(alpha!) of a multi-index of sorted coordinates.
double root_factorial(std::int64_t i, std::int64_t j) {
  return i == j ? std::sqrt(2.0) : 1;
}
double root_factorial(std::int64_t i, std::int64_t j, std::int64_t k) {
  if (i == j && j == k) return std::sqrt(6.0);
  return i == j || j == k ? std::sqrt(2.0) : 1;
}

}  // namespace

TensorTiles::TensorTiles(std::int64_t d, std::int64_t q) : index_(d, q) {
  auto const add = [&](std::int64_t outer, std::int64_t first_row, std::int64_t rows,
                       std::int64_t first_column) {
    tiles_.push_back({outer, first_row, rows, first_column, d - first_column, size_});
    size_ += static_cast<std::size_t>((d - first_column) * kTileRows);
  };
  if (q == 2)
    for (std::int64_t i = 0; i < d; i += kTileRows) add(Tile::kNone, i, std::min(kTileRows, d - i), i);
  if (q == 3)
    for (std::int64_t j = 0; j < d; ++j)
      for (std::int64_t i = 0; i <= j; i += kTileRows) add(j, i, std::min(kTileRows, j + 1 - i), j);
  // The linear part stands last.
  if (q != 2) add(Tile::kNone, Tile::kNone, 1, 0);
}

/// visit(position among the coefficients, position in the packed vector, sqrt(alpha!), sorted coordinates) of
/// every monomial of the highest degree.
template <class Visit>
void TensorTiles::for_each_monomial(Visit visit) const {
  for (auto const& tile : tiles_)
    for (std::int64_t k = 0; k < tile.columns; ++k)
      for (std::int64_t r = 0; r < tile.rows; ++r) {
        auto const place = tile.offset + static_cast<std::size_t>(k * kTileRows + r);
        std::int64_t const i = tile.first_row + r;
        std::int64_t const column = tile.first_column + k;
        if (tile.outer != Tile::kNone)
          visit(place, index_.at(i, tile.outer, column), root_factorial(i, tile.outer, column), i, tile.outer,
                column);
        else if (tile.first_row == Tile::kNone)
          continue;
        else if (i <= column)
          visit(place, index_.at(i, column), root_factorial(i, column), i, column, column);
      }
}

double TensorTiles::coefficients(std::span<double const> a, std::span<double> values) const {
  std::ranges::fill(values, 0.0);
  if (index_.q() == 1) {
    for (std::int64_t k = 0; k < index_.d(); ++k) values[linear(k)] = a[static_cast<std::size_t>(k)];
    return 0;
  }
  double constant = 0;
  bool const cubic = index_.q() == 3;
  for_each_monomial([&](std::size_t place, std::int64_t packed, double root, std::int64_t i, std::int64_t j,
                        std::int64_t k) {
    double const b = a[static_cast<std::size_t>(packed)] / root;
    values[place] = b;
    if (!cubic) {
      if (i == j) constant -= b;
    } else if (i == k) {
      values[linear(i)] -= 3 * b;
    } else if (i == j) {
      values[linear(k)] -= b;
    } else if (j == k) {
      values[linear(i)] -= b;
    }
  });
  return constant;
}

void TensorTiles::features_from_sums(std::span<double const> sums, double total,
                                     std::span<double> out) const {
  if (index_.q() == 1) {
    for (std::int64_t k = 0; k < index_.d(); ++k) out[static_cast<std::size_t>(k)] = sums[linear(k)];
    return;
  }
  bool const cubic = index_.q() == 3;
  for_each_monomial([&](std::size_t place, std::int64_t packed, double root, std::int64_t i, std::int64_t j,
                        std::int64_t k) {
    double sum = sums[place];
    if (!cubic) {
      if (i == j) sum -= total;
    } else if (i == k) {
      sum -= 3 * sums[linear(i)];
    } else if (i == j) {
      sum -= sums[linear(k)];
    } else if (j == k) {
      sum -= sums[linear(i)];
    }
    out[static_cast<std::size_t>(packed)] = sum / root;
  });
}

}  // namespace thresher::hierarchical_features
