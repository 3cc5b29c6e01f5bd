#pragma once

#include "experiments/partial_order/model/sequences.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/enumeration.hpp"

#include <cstdint>
#include <vector>

namespace thresher::partial_order {

/// The posterior over all orders that the prior of two independent coordinates allows.
struct ExactPosterior {
  std::vector<OrderCode> orders;  ///< those that count: all others together weigh less than 1e-25
  std::vector<double> weights;    ///< sum 1
  std::vector<double> edges;      ///< probability that i precedes j, n x n
  double evaluations = 0;
};

/// At most kMostEnumeratedItems items.
ExactPosterior exact_posterior(Sequences const& lists, std::int64_t items, Noise const& noise);

}  // namespace thresher::partial_order
