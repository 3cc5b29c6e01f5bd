#pragma once

#include "experiments/partial_order/model/latents.hpp"
#include "experiments/partial_order/model/parameters.hpp"
#include "numerics/aligned_vector.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace thresher::partial_order {

/// Numbers per item of arrays that go over items: a multiple of the widest register.
constexpr std::size_t padded(std::size_t items) {
  return (items + 7) / 8 * 8;
}

/// The soft relation P_ij = P(i precedes j) of some items, row by row, with its derivatives: product of the
/// logistic functions of d_k = (U_ik - U_jk) / tau over k, or the logistic function of -log sum_k exp(-d_k)
/// (softmin).
///
/// A row of item q has parts of `width()` numbers, one per item r: log(1 - P_qr); P_rq; for every k the
/// derivative of log(1 - P_qr) by d_k; for every k that of P_rq by -d_k. It is 0 at r = q, and of no
/// meaning in the padding. Neither overflows nor loses small values: 1 - P = Q / (1 + Q) with 1 + Q =
/// prod_k (1 + exp(-d_k)), and Q exp(min_k d_k) is added up without cancellation.
class PairRows {
 public:
  PairRows(Dominance dominance, std::int64_t dimensions) : dominance_(dominance), dimensions_(dimensions) {}

  /// Takes the latents of the items `chosen` over `tau`. Not collective.
  void set(Latents const& latents, std::span<std::int32_t const> chosen, double tau);
  /// The same of all items.
  void set_all(Latents const& latents, double tau);

  std::size_t items() const { return items_; }
  std::size_t width() const { return width_; }
  std::size_t parts() const { return 2 + 2 * static_cast<std::size_t>(dimensions_); }
  /// Writes parts() * width() numbers, aligned as AlignedVector.
  void row(std::size_t q, double* out) const;
  /// Writes P_qr alone: width() numbers, aligned alike, 0 at q.
  void precedences(std::size_t q, double* out) const;
  /// Adds to gradient[k * width() + r] what the row of q contributes to the derivative by (U_rk / tau):
  /// by_free[r] and by_after[r] are the derivatives by log(1 - P_qr) and by P_rq, 0 in the padding.
  void contract(std::size_t q, double const* row, double const* by_free, double const* by_after,
                double* gradient) const;

 private:
  double const* scaled(std::size_t k) const { return scaled_.data() + k * width_; }
  /// Where gaps are so wide that the fast form leaves the range of doubles.
  void mend_wide_gaps(std::size_t q, double* out) const;

  Dominance dominance_;
  std::int64_t dimensions_;
  std::size_t items_ = 0;
  std::size_t width_ = 0;
  numerics::AlignedVector scaled_;  ///< dimension after dimension
};

/// P of one pair.
double soft_precedence(Dominance dominance, std::span<double const> first, std::span<double const> second,
                       double tau);

}  // namespace thresher::partial_order
