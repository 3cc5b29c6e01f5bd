#include "experiments/partial_order/solvers/rule_orders.hpp"

#include "experiments/partial_order/model/greedy_order.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"

#include <limits>

namespace thresher::partial_order {

RuleOrder likeliest_threshold(std::span<double const> shares, std::span<double const> thresholds,
                              Sequences const& lists, std::int64_t items, Noise const& noise) {
  GreedyOrder greedy(shares, items, thresholds.back());
  auto const likelihood = make_moving_likelihood(lists, items, noise);
  RuleOrder best;
  double best_value = -std::numeric_limits<double>::infinity();
  for (double const threshold : thresholds) {
    auto const& order = greedy.down_to(threshold);
    likelihood->reset(order);
    ++best.evaluations;
    if (likelihood->value() < best_value) continue;
    best_value = likelihood->value();
    best.order = order;
    best.threshold = threshold;
  }
  return best;
}

std::vector<double> candidate_thresholds() {
  std::vector<double> thresholds;
  for (int k = 18; k >= 0; --k) thresholds.push_back((22.0 + k) / 40.0);
  return thresholds;
}

std::vector<double> search_thresholds() {
  return {1, 0.95, 0.9, 0.8};
}

}  // namespace thresher::partial_order
