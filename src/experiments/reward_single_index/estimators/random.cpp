#include "experiments/reward_single_index/estimators/method.hpp"

namespace thresher::reward_single_index {

namespace {

/// The random start itself: features that have learnt nothing.
class RandomFeatures : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"n_neurons"}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  void check(Parameters const&, study::Verdict&) const override {}
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto const d = static_cast<double>(point.d);
    auto const neurons = static_cast<double>(point.n_neurons);
    study::Cost cost;
    cost.normals = d * (neurons + 1);
    cost.flops = 2 * d * neurons * (neurons + 4);
    auto const columns = static_cast<double>(SpreadWeights::block_columns(point.d));
    cost.bytes_per_rank =
        8 * (d + (d / resources.ranks + columns) * 3 * (neurons + 8) + 2 * columns * (neurons + 8) +
             (neurons + 1) * (neurons + 1) * (4 + 2 * d / columns / resources.ranks));
    return cost;
  }
  Features run(FirstStageInput const& input) const override {
    auto point = input.point;
    point.init_overlap = -1;
    return spread_features(SpreadWeights(point, input.data, input.data.team().communicator()));
  }
};

}  // namespace

Method const& random_method() {
  static RandomFeatures const method;
  return method;
}

}  // namespace thresher::reward_single_index
