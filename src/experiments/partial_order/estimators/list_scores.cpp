#include "experiments/partial_order/estimators/list_scores.hpp"

#include "experiments/partial_order/estimators/list_metrics.hpp"
#include "experiments/partial_order/model/linear_extension.hpp"

#include <cstddef>

namespace thresher::partial_order {

namespace {

double probability_feasible(Fit const& fit, SequenceView list) {
  double sum = 0;
  for (std::size_t k = 0; k < fit.mixture.size(); ++k) {
    double const weight =
        fit.mixture_weights.empty() ? 1 / static_cast<double>(fit.mixture.size()) : fit.mixture_weights[k];
    if (!first_violation(fit.mixture[k], list)) sum += weight;
  }
  return sum;
}

}  // namespace

std::vector<double> score_lists(Fit const& fit, Order const& order, Sequences const& lists,
                                Parameters const& point, study::Team& team) {
  auto const density = log_predictive(fit, order, lists, point, team);
  std::vector<double> scores;
  for (std::int64_t s = 0; s < lists.count(); ++s) {
    auto const violation = first_violation(order, lists[s]);
    scores.push_back(density[static_cast<std::size_t>(s)]);
    scores.push_back(!fit.mixture.empty() ? probability_feasible(fit, lists[s]) : violation ? 0.0 : 1.0);
    scores.push_back(violation ? static_cast<double>(violation->step) : study::kUndefined);
    scores.push_back(violation ? violation->pair.first : study::kUndefined);
    scores.push_back(violation ? violation->pair.second : study::kUndefined);
  }
  return scores;
}

}  // namespace thresher::partial_order
