#include "experiments/reward_single_index/estimators/method.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "experiments/reward_single_index/solvers/overlap_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace thresher::reward_single_index {

namespace {

/// One pass of spherical gradient descent, on inputs or (`engine = projected`) on overlaps alone.
class Online : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const& point) const override {
    auto read = transform_parameters_and(
        {"engine", "n_neurons", "activation1", "bias1", "lr", "lr_schedule", "batch", "init_overlap"});
    if (!is_projected(point)) read.push_back("precision");
    return read;
  }
  std::vector<double Metrics::*> measures(Parameters const& point) const override {
    return is_projected(point) ? std::vector<double Metrics::*>{} : transform_metrics_and({});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override {
    check_rows(point, verdict);
    if (point.batch > first_rows(point))
      verdict.refuse("batch", fmt::format("a step has more rows than there are; allowed are n1 = {}",
                                          first_rows(point)));
    if (is_projected(point) && point.n2 > 0)
      verdict.refuse("engine", "projected neurons do not share inputs: allowed with n2 = 0 only");
    double const step = static_cast<double>(point.batch) * point.lr;
    if (step > static_cast<double>(point.d) / 4)
      verdict.warn(fmt::format(
          "batch * lr = {:.3g} is more than d / 4: steps are too long for the theory of small ones", step));
  }

  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto const rows = static_cast<double>(first_rows(point));
    auto const neurons = static_cast<double>(point.n_neurons);
    study::Cost cost;
    if (is_projected(point)) {
      cost.normals = 3 * rows * neurons;
      cost.flops = rows * neurons * (kChainFlops + 2000 / static_cast<double>(point.batch));
      cost.bytes_per_rank = 8 * (4 * (4096.0 + static_cast<double>(point.batch)) + 2 * neurons);
      return cost;
    }
    auto const d = static_cast<double>(point.d);
    auto const columns = static_cast<double>(SpreadWeights::block_columns(point.d));
    double const held = std::ceil(d / columns / resources.ranks) * columns;  // whole blocks
    auto const batch = static_cast<double>(point.batch);
    cost.normals = rows * d + d * neurons;
    cost.flops = descent_flops(point) + 2 * d * neurons * neurons;
    cost.bytes_per_rank = 8 * (d + held * (3 * (neurons + 8) + batch) + 6 * batch * (neurons + 8) +
                               4 * (neurons + 1) * (neurons + 1) + 2 * columns * (neurons + 8));
    // Block sums of a step or of the neurons' products.
    double const width = std::max(batch * (neurons + 1) + neurons, (neurons + 1) * (neurons + 1));
    cost.bytes_per_rank += 8 * width * (resources.ranks == 1 ? 2 : 4 + 2 * held / columns);
    return cost;
  }

  Features run(FirstStageInput const& input) const override {
    auto const& point = input.point;
    auto& team = input.data.team();
    auto const calibration = input.data.separate_labels(point);
    auto const transform = LabelTransform::calibrated(point, input.data.link(), calibration.y);
    study::KeptWork work(team, length_of(point, *this, team),
                         is_projected(point) ? "overlap chains" : "descent");
    if (is_projected(point)) {
      Features features;
      features.overlaps = overlap_chains(point, input.data, transform, team, work);
      return features;
    }
    SpreadWeights weights(point, input.data, team.communicator());
    auto curve = spherical_descent(point, input.data, transform, weights, work);
    auto features = spread_features(weights);
    features.curve = std::move(curve);
    measure_transform(TransformMoments::of(transform, calibration.z, calibration.y), features.measured);
    return features;
  }
};

}  // namespace

Method const& online_method() {
  static Online const method;
  return method;
}

}  // namespace thresher::reward_single_index
