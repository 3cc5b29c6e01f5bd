#include "experiments/mixed_quality_lasso/estimators/recovery.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace thresher::mixed_quality_lasso {

void measure_recovery(std::span<std::int64_t const> support, std::span<double const> truth, double rho,
                      double delta, prox::SparseVector const& estimate, Metrics& metrics) {
  double true_positives = 0;
  double false_positives = 0;
  double wrong_signs = 0;
  double squared_error = 0;
  double largest_error = 0;
  auto const miss = [&](double error) {
    squared_error += error * error;
    largest_error = std::max(largest_error, std::abs(error));
  };
  std::size_t j = 0;
  for (std::size_t k = 0; k < estimate.indices.size(); ++k) {
    double const value = estimate.values[k];
    if (value == 0) continue;
    for (; j < support.size() && support[j] < estimate.indices[k]; ++j) miss(truth[j]);
    if (j < support.size() && support[j] == estimate.indices[k]) {
      true_positives += 1;
      wrong_signs += value * truth[j] < 0 ? 1 : 0;
      miss(value - truth[j]);
      ++j;
    } else {
      false_positives += 1;
      miss(value);
    }
  }
  for (; j < support.size(); ++j) miss(truth[j]);

  double const s = static_cast<double>(support.size());
  double const false_negatives = s - true_positives;
  double const slack = 1e-9;
  bool const exact = false_positives == 0 && false_negatives == 0;
  metrics.sign_recovery = exact && wrong_signs == 0 ? 1 : 0;
  metrics.exact_support = exact ? 1 : 0;
  metrics.partial_recovery =
      false_negatives <= delta * s + slack && false_positives <= delta * s + slack ? 1 : 0;
  metrics.overlap = true_positives / s;
  metrics.fdp = false_positives / std::max(true_positives + false_positives, 1.0);
  metrics.n_false_pos = false_positives;
  metrics.n_false_neg = false_negatives;
  metrics.mse = squared_error / (s * rho * rho);
  metrics.linf_error = largest_error / rho;
}

void store_coefficients(study::Team& team, prox::SparseVector const& estimate) {
  if (!team.wants("betahat")) return;
  std::vector<double> entries;
  for (std::size_t k = 0; k < estimate.indices.size(); ++k) {
    entries.push_back(static_cast<double>(estimate.indices[k]));
    entries.push_back(estimate.values[k]);
  }
  team.store({"betahat", {static_cast<std::int64_t>(estimate.indices.size()), 2}, std::move(entries)});
}

}  // namespace thresher::mixed_quality_lasso
