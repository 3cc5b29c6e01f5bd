#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/model/setting.hpp"

namespace thresher::reward_single_index {

namespace {

/// The hidden direction.
class Oracle : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override { return {"n_neurons"}; }
  std::vector<double Metrics::*> measures(Parameters const&) const override { return {}; }
  void check(Parameters const&, study::Verdict&) const override {}
  study::Cost cost(Parameters const& point, study::Resources const&) const override {
    auto const d = static_cast<double>(point.d);
    auto const neurons = static_cast<double>(point.n_neurons);
    study::Cost cost;
    cost.normals = d;
    cost.flops = 4 * d + neurons * neurons;
    cost.bytes_per_rank = 8 * (3 * d + 3 * (neurons + 1) * (neurons + 1));
    return cost;
  }
  Features run(FirstStageInput const& input) const override {
    auto features = features_along(input.data.theta(), input.data.theta(), input.point.n_neurons);
    // Exactly 1, not 1 but for rounding.
    for (std::int64_t j = 0; j < input.point.n_neurons; ++j) {
      features.overlaps[static_cast<std::size_t>(j)] = neuron_sign(j);
      features.gram(0, j + 1) = features.gram(j + 1, 0) = neuron_sign(j);
    }
    return features;
  }
};

}  // namespace

Method const& oracle_method() {
  static Oracle const method;
  return method;
}

}  // namespace thresher::reward_single_index
