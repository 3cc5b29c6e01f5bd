#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/estimators/polish.hpp"
#include "experiments/partial_order/model/setting.hpp"
#include "experiments/partial_order/solvers/rule_orders.hpp"

namespace thresher::partial_order {

namespace {

/// Steepest ascent of the hard likelihood from the best of a few thresholds.
class PosetSearch : public PairRule {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"search_penalty"}; }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    PairRule::check(point, verdict);
    if (point.infer_hyper)
      verdict.refuse("infer_hyper", "method = poset_search takes beta and epsilon as known: 0");
  }
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto cost = PairRule::cost(point, resources);
    auto const ascent = polish_cost(point, resources);
    cost.bytes_per_rank += ascent.bytes_per_rank;
    cost.flops += ascent.flops;
    return cost;
  }

  Fit run(FitInput const& input) const override {
    double tried = 0;
    auto const start = [&] {
      return made_by_one(input.team, [&] {
        auto const chosen = likeliest_threshold(training_shares(input), search_thresholds(), input.training,
                                                input.point.n_items, fit_noise(input.point));
        tried = chosen.evaluations;
        return chosen.order;
      });
    };
    auto const found =
        polish(input, length_of(cost(input.point, input.team.resources())), "poset_search", start);
    Fit fit;
    fit.order = found.order;
    fit.evaluations = found.evaluations + tried;
    return fit;
  }
};

}  // namespace

Method const& poset_search_method() {
  static PosetSearch const method;
  return method;
}

}  // namespace thresher::partial_order
