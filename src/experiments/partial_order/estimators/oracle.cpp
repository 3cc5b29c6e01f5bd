#include "experiments/partial_order/estimators/method.hpp"
#include "experiments/partial_order/model/setting.hpp"

namespace thresher::partial_order {

namespace {

/// The true order: the ceiling of every metric.
class Oracle : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    if (!has_truth(point)) verdict.refuse("method", "oracle needs /truth in the input");
  }
  study::Cost cost(Parameters const&, study::Resources const&) const override { return {}; }
  Fit run(FitInput const& input) const override {
    Fit fit;
    fit.order = input.data.shared_truth();
    return fit;
  }
};

}  // namespace

Method const& oracle_method() {
  static Oracle const method;
  return method;
}

}  // namespace thresher::partial_order
