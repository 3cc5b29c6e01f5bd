#pragma once

#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace thresher::partial_order {

/// Log-likelihood of many lists (sum of weight x log p) under an order that changes by the relations of one
/// item at a time: only what these touch is computed again. Sums are whole sums in a fixed order: no rounding
/// error grows.
class MovingLikelihood {
 public:
  virtual ~MovingLikelihood() = default;
  /// Starts from an order.
  virtual void reset(PartialOrder const& order) = 0;
  double value() const { return value_; }
  /// The log-likelihood under `moved`, which differs from the order so far in relations of `item` with the
  /// items `changed` alone. The order itself stays until `accept`; another `propose` forgets this one.
  virtual double propose(PartialOrder const& moved, std::int32_t item,
                         std::span<std::int32_t const> changed) = 0;
  /// Takes the last proposal.
  virtual void accept() = 0;

 protected:
  double value_ = 0;
};

/// `lists` must outlive it. epsilon > 0.
std::unique_ptr<MovingLikelihood> make_moving_likelihood(Sequences const& lists, std::int64_t items,
                                                         Noise const& noise);
/// Bytes that it holds for `choices` choices in `lists` lists.
double moving_likelihood_bytes(std::int64_t items, double lists, double choices);

}  // namespace thresher::partial_order
