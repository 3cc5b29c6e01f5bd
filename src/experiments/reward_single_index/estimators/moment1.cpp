#include "experiments/reward_single_index/estimators/averages.hpp"
#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"

namespace thresher::reward_single_index {

namespace {

/// The first moment sum T(y_i) x_i: the best where the transform has information exponent 1.
class FirstMomentStage : public Method {
 public:
  std::vector<std::string_view> reads(Parameters const&) const override {
    return transform_parameters_and({"n_neurons", "storage", "precision"});
  }
  std::vector<double Metrics::*> measures(Parameters const&) const override {
    return transform_metrics_and({&Metrics::signal1_split});
  }
  void check(Parameters const& point, study::Verdict& verdict) const override { check_rows(point, verdict); }
  bool keeps_rows() const override { return true; }
  study::Cost cost(Parameters const& point, study::Resources const& resources) const override {
    auto cost = average_cost(point, resources);
    cost.flops = static_cast<double>(first_rows(point)) * 60 + static_cast<double>(point.d) * 10;
    return cost;
  }

  Features run(FirstStageInput const& input) const override {
    auto const moments = row_moments(input);
    auto features =
        features_along(unit_vector(mean_moment(input), input), input.data.theta(), input.point.n_neurons);
    measure_transform(moments, features.measured);
    auto const& halves = input.pass.moment(input.point);
    auto const rows = first_rows(input.point);
    auto const pairs = static_cast<double>(rows / 2) * static_cast<double>(rows - rows / 2);
    double const product = linalg::inner_product(halves.first_half, halves.second_half);
    features.measured.signal1_split = moments.mean_square() > 0 ? product / pairs / moments.mean_square() : 0;
    return features;
  }
};

}  // namespace

Method const& moment1_method() {
  static FirstMomentStage const method;
  return method;
}

}  // namespace thresher::reward_single_index
