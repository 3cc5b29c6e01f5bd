#pragma once

#include "experiments/partial_order/model/latents.hpp"
#include "experiments/partial_order/model/metrics.hpp"
#include "experiments/partial_order/model/order.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace thresher::partial_order {

/// What a method learnt of the training lists. The same on all ranks.
struct Fit {
  /// Edge scores E, n x n row-major with zero diagonal; empty: those of `order` (0 or 1), or of `soft`.
  std::vector<double> scores;
  /// The order, where the method says it itself; else it is greedy(scores, edge_threshold).
  std::shared_ptr<Order const> order;
  /// Latents of a point estimate whose scores are P_tau and not stored (map).
  std::optional<Latents> soft;
  /// Draws of the posterior (or all orders with their posterior weights): the predictive density is their
  /// mean hard likelihood. Empty: the hard likelihood of the order.
  std::vector<PartialOrder> mixture;
  std::vector<double> mixture_weights;  ///< sum 1; empty: equal ones
  /// Strengths of a Plackett-Luce law, which is then the predictive density; empty otherwise.
  std::vector<double> strengths;
  /// Latents of the draws, a draw after the other, items x dimensions each, where they are to be stored.
  std::vector<double> latent_draws;
  /// Number of relations of every kept draw, a chain after the other (equal lengths).
  std::vector<std::vector<double>> chains;
  /// Metrics that only this kind of method has (Method::measures).
  Metrics own;
  double evaluations = 0;
  double seconds = 0;
};

}  // namespace thresher::partial_order
