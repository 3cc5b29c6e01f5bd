#include "experiments/federated_lora/estimators/score_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::federated_lora {

namespace {

/// P(a > b) + P(a = b) / 2 for a and b drawn from the two samples.
double probability_above(std::vector<double> const& a, std::vector<double> b) {
  std::ranges::sort(b);
  double twice = 0;
  for (double const value : a)
    twice += static_cast<double>((std::ranges::lower_bound(b, value) - b.begin()) +
                                 (std::ranges::upper_bound(b, value) - b.begin()));
  return twice / 2 / static_cast<double>(a.size()) / static_cast<double>(b.size());
}

double root_mean_square(std::vector<double> const& values) {
  double sum = 0;
  for (double const value : values) sum += value * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

void measure_detection(std::span<double const> scores, std::span<char const> flags,
                       std::span<char const> truth, Metrics& metrics) {
  constexpr double kSmallestScore = 1e-300;
  std::vector<double> benign, contaminated;
  double found = 0, false_alarms = 0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    (truth[k] != 0 ? contaminated : benign).push_back(scores[k]);
    (truth[k] != 0 ? found : false_alarms) += flags[k];
  }
  metrics.fpr = false_alarms / static_cast<double>(benign.size());
  metrics.set_recovered = std::ranges::equal(flags, truth) ? 1 : 0;
  metrics.score_benign = root_mean_square(benign);
  if (contaminated.empty()) return;
  metrics.tpr = found / static_cast<double>(contaminated.size());
  metrics.score_contaminated = root_mean_square(contaminated);
  metrics.auc = probability_above(contaminated, benign);
  metrics.score_gap =
      *std::ranges::min_element(contaminated) / std::max(*std::ranges::max_element(benign), kSmallestScore);
}

}  // namespace thresher::federated_lora
