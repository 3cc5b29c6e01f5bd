#pragma once

#include <cstddef>

/// The loops behind PairRows.
namespace thresher::partial_order {

/// Exponents beyond it are clamped; a pair whose smallest gap is wider is computed again without them.
constexpr double kWidestGap = 700;

/// What a row is computed from: `width` numbers per dimension, and where item q stands.
struct RowInput {
  double const* scaled;
  std::size_t width;
  std::size_t dimensions;
  std::size_t q;
  double const* at(std::size_t k) const { return scaled + k * width; }
  double own(std::size_t k) const { return scaled[k * width + q]; }
};

/// Row of the product of logistic functions. Returns the widest of the smallest gaps of a pair: where it is
/// beyond kWidestGap, log(1 - P) of such pairs and its slopes are of no meaning.
double product_row(RowInput const& in, double* out);
/// Row of the logistic function of the soft minimum.
void softmin_row(RowInput const& in, double* out);
/// P_qr alone of either: out[r], `width` numbers.
void product_precedence_row(RowInput const& in, double* out);
void softmin_precedence_row(RowInput const& in, double* out);
/// target += x, aligned as AlignedVector, `width` a multiple of the widest register.
void add_to(double* target, double const* x, std::size_t width);
/// Adds a row's part of the gradient (PairRows::contract).
void contract_row(RowInput const& in, double const* row, double const* by_free, double const* by_after,
                  double* gradient);

}  // namespace thresher::partial_order
