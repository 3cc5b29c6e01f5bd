#pragma once

#include "experiments/hierarchical_features/model/multi_index.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace thresher::hierarchical_features {

/// Coordinates in a tile: those of the first factor.
inline constexpr std::int64_t kTileRows = 8;

/// A rectangle of a symmetric tensor: coefficients of the products x_outer x_i x_k for rows i of
/// [first_row, first_row + rows) and columns k of [first_column, first_column + columns). In degree 2 there
/// is no outer factor, in degree 1 and in the linear part of degree 3 none but x_k.
struct Tile {
  std::int64_t outer = kNone;
  std::int64_t first_row = kNone;
  std::int64_t rows = 1;
  std::int64_t first_column = 0;
  std::int64_t columns = 0;
  std::size_t offset = 0;  ///< coefficient of (row r, column k) is values[offset + k * kTileRows + r]
  static constexpr std::int64_t kNone = -1;
};

/// How packed vectors a become coefficients of monomials, in tiles, and back: <a, F(x)> is a polynomial in x
/// whose terms of degree q are the tiles; Hermite's lower terms are a constant (degree 2) or linear in x
/// (degree 3).
///
/// Every monomial is in one tile only: a tensor costs 2 D flops a sample in either direction, where products
/// with the unfolded tensor cost 2 d^q.
class TensorTiles {
 public:
  TensorTiles(std::int64_t d, std::int64_t q);

  MultiIndex const& index() const { return index_; }
  std::vector<Tile> const& tiles() const { return tiles_; }
  /// Doubles that the coefficients of one tensor take.
  std::size_t size() const { return size_; }

  /// Coefficients of <a, F(x)>: writes `values` (size() of them), returns the constant.
  double coefficients(std::span<double const> a, std::span<double> values) const;
  /// F^T w from sums over samples: `sums` has the shape of coefficients, with sum_mu w_mu times the monomial
  /// in the place of each; `total` is sum_mu w_mu.
  void features_from_sums(std::span<double const> sums, double total, std::span<double> out) const;

 private:
  template <class Visit>
  void for_each_monomial(Visit visit) const;
  std::size_t linear(std::int64_t k) const {
    return tiles_.back().offset + static_cast<std::size_t>(k * kTileRows);
  }

  MultiIndex index_;
  std::vector<Tile> tiles_;
  std::size_t size_ = 0;
};

}  // namespace thresher::hierarchical_features
