#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/solvers/pair_rows.hpp"

#include <cstdint>
#include <span>

namespace thresher::partial_order {

/// P_tau of all items, row by row.
class SoftRelation {
 public:
  SoftRelation(Dominance dominance, Latents latents, double tau);
  std::int64_t items() const { return latents_.items; }
  double of(std::int64_t i, std::int64_t j) const {
    return i == j ? 0 : soft_precedence(dominance_, latents_.row(i), latents_.row(j), tau_);
  }
  /// row[j] = P_ij, 0 at i.
  void row(std::int64_t i, std::span<double> row) const;

 private:
  Dominance dominance_;
  Latents latents_;
  double tau_;
  PairRows pairs_;
};

/// i before j where P_ij is at least a threshold of [1/2, 1]: for one U that is a strict partial order,
/// contained in h(U). (P_ij >= 1/2 asks for gaps above 0 in all coordinates, and gaps add up along a path.)
class SoftOrder : public Order {
 public:
  SoftOrder(Dominance dominance, Latents latents, double tau, double threshold)
      : relation_(dominance, std::move(latents), tau), threshold_(threshold) {}
  std::int64_t items() const override { return relation_.items(); }
  bool precedes(std::int64_t i, std::int64_t j) const override {
    return i != j && relation_.of(i, j) >= threshold_;
  }
  void successors(std::int64_t i, std::span<bits::Word> row) const override;

 private:
  SoftRelation relation_;
  double threshold_;
};

}  // namespace thresher::partial_order
