#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/moving_likelihood.hpp"
#include "experiments/partial_order/solvers/rule_orders.hpp"

#include <algorithm>

namespace thresher::partial_order {

namespace {

/// The threshold under whose order the lists are likeliest.
class ThresholdMl : public PairRule {
 public:
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return {&Metrics::threshold_chosen};
  }

  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto cost = PairRule::cost(point, resources);
    cost.bytes_per_rank += moving_likelihood_bytes(point.n_items, static_cast<double>(sequence_count(point)),
                                                   choice_count(point));
    cost.flops += 19 * 20 * squared_lengths(point);
    return cost;
  }

  Fit run(FitInput const& input) const override {
    constexpr double kLeastEpsilon = 1e-3;
    Fit fit;
    auto noise = fit_noise(input.point);
    noise.epsilon = std::max(noise.epsilon, kLeastEpsilon);
    fit.order = std::make_shared<PartialOrder>(made_by_one(input.team, [&] {
      auto const chosen = likeliest_threshold(training_shares(input), candidate_thresholds(), input.training,
                                              input.point.n_items, noise);
      fit.own.threshold_chosen = chosen.threshold;
      fit.evaluations = chosen.evaluations;
      return chosen.order;
    }));
    return fit;
  }
};

}  // namespace

Method const& threshold_ml_method() {
  static ThresholdMl const method;
  return method;
}

}  // namespace thresher::partial_order
