#pragma once

#include "experiments/partial_order/model/neighbours.hpp"
#include "experiments/partial_order/model/order.hpp"
#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"
#include "mpi/communicator.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace thresher::partial_order {

/// Steepest ascent of [hard log-likelihood - penalty x number of cover relations] over the orders at distance
/// one. epsilon > 0.
class OrderSearch {
 public:
  /// `lists` must outlive it.
  OrderSearch(PartialOrder start, Sequences const& lists, Noise const& noise, double penalty);

  /// Goes to the best neighbour, the first one of equals, where it gains more than 1e-9. Ranks share the
  /// neighbours; all have all lists and the same order. Returns whether it went. Collective.
  bool step(mpi::Communicator const& comm);

  PartialOrder const& order() const { return order_; }
  double log_likelihood() const { return likelihood_->value(); }
  /// Likelihoods of neighbours so far, on all ranks together.
  double evaluations() const { return evaluations_; }

 private:
  double propose(Neighbour const& neighbour);
  double gain(Neighbour const& neighbour);

  std::unique_ptr<MovingLikelihood> likelihood_;
  PartialOrder order_;
  double penalty_;
  double covers_ = 0;
  double evaluations_ = 0;
};

/// Steps until none gains. `after_step` sees the order after every step, on all ranks together. Collective.
void climb(OrderSearch& search, mpi::Communicator const& comm,
           std::function<void(PartialOrder const&)> const& after_step);

}  // namespace thresher::partial_order
