#include "experiments/reward_single_index/estimators/features.hpp"

#include "experiments/reward_single_index/model/setting.hpp"
#include "linalg/column_products.hpp"

#include <algorithm>

namespace thresher::reward_single_index {

Features features_along(std::vector<double> direction, std::vector<double> const& theta,
                        std::int64_t neurons) {
  Features features;
  double const m = std::clamp(linalg::inner_product(direction, theta), -1.0, 1.0);
  features.gram = linalg::DenseMatrix(neurons + 1, neurons + 1);
  features.gram(0, 0) = 1;
  for (std::int64_t j = 0; j < neurons; ++j) {
    features.overlaps.push_back(neuron_sign(j) * m);
    features.gram(0, j + 1) = features.gram(j + 1, 0) = neuron_sign(j) * m;
    for (std::int64_t i = 0; i < neurons; ++i) features.gram(i + 1, j + 1) = neuron_sign(i) * neuron_sign(j);
  }
  features.direction = std::move(direction);
  return features;
}

Features spread_features(SpreadWeights const& weights) {
  Features features;
  features.gram = weights.gram();
  for (std::int64_t j = 1; j < features.gram.rows(); ++j)
    features.overlaps.push_back(std::clamp(features.gram(0, j), -1.0, 1.0));
  features.own_columns = weights.own_columns();
  features.own_weights = weights.own_weights();
  return features;
}

void measure_transform(TransformMoments const& moments, Metrics& metrics) {
  metrics.ess1_frac = moments.weight_efficiency();
  metrics.signal1_hat = moments.first_signal();
  metrics.signal2_hat = moments.second_signal();
}

}  // namespace thresher::reward_single_index
