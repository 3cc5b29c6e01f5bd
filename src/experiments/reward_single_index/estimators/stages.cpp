#include "experiments/reward_single_index/estimators/stages.hpp"

#include "experiments/reward_single_index/estimators/method.hpp"

namespace thresher::reward_single_index {

DataStage::DataStage(std::span<Parameters const> points, study::Team& team)
    : data_(points.front(), team), pass_(points, data_) {}

FeatureStage::FeatureStage(std::span<Parameters const> points, DataStage const& before) : before_(before) {
  for (auto const& point : points)
    if (!features_.contains(point.precision))
      features_.emplace(point.precision, method_of(point).run({point, before.data(), before.pass()}));
}

}  // namespace thresher::reward_single_index
