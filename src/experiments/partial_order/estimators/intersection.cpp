#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/greedy_order.hpp"

namespace thresher::partial_order {

namespace {

/// What all lists agree on.
class Intersection : public PairRule {
 public:
  Fit run(FitInput const& input) const override {
    Fit fit;
    fit.order = std::make_shared<PartialOrder>(made_by_one(
        input.team, [&] { return greedy_order(training_shares(input), input.point.n_items, 1); }));
    return fit;
  }
};

}  // namespace

Method const& intersection_method() {
  static Intersection const method;
  return method;
}

}  // namespace thresher::partial_order
