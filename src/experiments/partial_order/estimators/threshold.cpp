#include "experiments/partial_order/estimators/pair_rule.hpp"
#include "experiments/partial_order/model/greedy_order.hpp"
#include "experiments/partial_order/model/setting.hpp"

namespace thresher::partial_order {

namespace {

/// Pairs that most lists have in one order.
class Threshold : public PairRule {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"precedence_threshold"}; }
  std::vector<double Metrics::*> measures(Parameters const& point) const override {
    if (!has_truth(point)) return {};
    return {&Metrics::raw_threshold_tp, &Metrics::raw_threshold_fp};
  }

  Fit run(FitInput const& input) const override {
    Fit fit;
    fit.order = std::make_shared<PartialOrder>(made_by_one(input.team, [&] {
      auto const shares = training_shares(input);
      if (input.data.truth() != nullptr) count_raw_pairs(input, shares, fit.own);
      return greedy_order(shares, input.point.n_items, input.point.precedence_threshold);
    }));
    return fit;
  }

 private:
  /// Pairs above the threshold, as they are: neither closed nor free of cycles. On rank 0.
  static void count_raw_pairs(FitInput const& input, std::vector<double> const& shares, Metrics& metrics) {
    auto const n = input.point.n_items;
    std::int64_t related = 0;
    std::int64_t others = 0;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        if (i == j || shares[static_cast<std::size_t>(i * n + j)] < input.point.precedence_threshold)
          continue;
        ++(input.data.truth()->precedes(i, j) ? related : others);
      }
    metrics.raw_threshold_tp = static_cast<double>(related);
    metrics.raw_threshold_fp = static_cast<double>(others);
  }
};

}  // namespace

Method const& threshold_method() {
  static Threshold const method;
  return method;
}

}  // namespace thresher::partial_order
