#include "experiments/hierarchical_features/theory/overlap_laws.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::hierarchical_features {

namespace {

double aspect(Sizes const& sizes) {
  return static_cast<double>(sizes.features) / static_cast<double>(sizes.rows_of(Fold::spectral));
}

/// Keeps the cosines of the m features of largest |theta_k|.
Cosines strongest(Cosines cosines, Sizes const& sizes, WeightMoments const& moments) {
  std::vector<std::size_t> order(cosines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) {
    return std::abs(moments.signal[i]) > std::abs(moments.signal[j]);
  });
  for (std::size_t place = static_cast<std::size_t>(sizes.learned); place < order.size(); ++place)
    cosines[order[place]] = 0;
  return cosines;
}

double correction(Sizes const& sizes, WeightMoments const& moments, std::size_t k) {
  return 1 + aspect(sizes) * moments.square_signal[k] / (moments.signal[k] * moments.signal[k]);
}

}  // namespace

std::vector<double> threshold_rows(Sizes const& sizes, WeightMoments const& moments) {
  std::vector<double> rows;
  for (double const theta : moments.signal)
    rows.push_back(static_cast<double>(sizes.features) * moments.variance / (theta * theta));
  return rows;
}

Cosines goe_cosines(Sizes const& sizes, WeightMoments const& moments) {
  Cosines cosines;
  for (double const threshold : threshold_rows(sizes, moments))
    cosines.push_back(std::max(0.0, 1 - threshold / static_cast<double>(sizes.rows_of(Fold::spectral))));
  return strongest(std::move(cosines), sizes, moments);
}

Cosines corrected_goe_cosines(Sizes const& sizes, WeightMoments const& moments) {
  auto cosines = goe_cosines(sizes, moments);
  for (std::size_t k = 0; k < cosines.size(); ++k)
    if (cosines[k] > 0) cosines[k] /= correction(sizes, moments, k);
  return cosines;
}

numerics::LabelWeightedLaw label_weighted_law(Sizes const& sizes, WeightMoments const& moments) {
  auto const bins = moments.bin_weights.size();
  return {moments.bin_weights, std::vector<double>(bins, 1.0 / static_cast<double>(bins)), aspect(sizes)};
}

std::optional<numerics::WeightedOutlier> feature_outlier(numerics::LabelWeightedLaw const& law,
                                                         WeightMoments const& moments, std::size_t k) {
  auto const side = moments.signal[k] >= 0 ? numerics::SpectrumSide::right : numerics::SpectrumSide::left;
  auto outlier = law.outlier(side, moments.bin_excess[k]);
  if (outlier) outlier->eigenvalue /= std::sqrt(2.0);
  return outlier;
}

Cosines lw_cosines(Sizes const& sizes, WeightMoments const& moments) {
  auto const law = label_weighted_law(sizes, moments);
  Cosines cosines;
  for (std::size_t k = 0; k < moments.signal.size(); ++k) {
    auto const outlier = feature_outlier(law, moments, k);
    cosines.push_back(outlier ? outlier->squared_cosine : 0);
  }
  return strongest(std::move(cosines), sizes, moments);
}

bool has_finite_d_theory(Parameters const& point) {
  return point.input == nullptr && point.feature_model == FeatureModel::hermite && point.q == 2 &&
         point.link == Link::identity;
}

LabelVariance label_variance(Parameters const& point, std::vector<double> const& lambda) {
  double const sum = std::accumulate(lambda.begin(), lambda.end(), 0.0);
  auto const d = static_cast<double>(point.d);
  return {1 + (8 + 4 * sum * sum) / d, 4 * (1 + sum * sum) / d};
}

Cosines finite_d_cosines(Parameters const& point, std::vector<double> const& lambda, Sizes const& sizes,
                         WeightMoments const& moments) {
  auto const d = static_cast<double>(point.d);
  bool const linear = point.residualize == Residualize::linear;
  double const noise = point.noise_sigma * point.noise_sigma;
  double const population_bulk = (linear ? 4 : 12) / (d * d);
  double const kurtosis = point.preprocess == Preprocess::identity ? 24 : 18;
  double const labels =
      (linear ? 1 + 4 / d + noise : label_variance(point, lambda).total + noise) / (1 + noise);
  Cosines cosines;
  for (std::size_t k = 0; k < lambda.size(); ++k) {
    double const gain = moments.signal[k] / (std::sqrt(2.0) * lambda[k]);
    double const bulk =
        aspect(sizes) / 2 * moments.variance / (gain * gain) * labels * (1 + kurtosis / d) + population_bulk;
    double const above = std::max(0.0, 1 - bulk / (lambda[k] * lambda[k]));
    cosines.push_back(above > 0 ? above / correction(sizes, moments, k) : 0);
  }
  return strongest(std::move(cosines), sizes, moments);
}

double mean_cosine(Cosines const& cosines) {
  return std::accumulate(cosines.begin(), cosines.end(), 0.0) / static_cast<double>(cosines.size());
}

double projected_error(std::vector<double> const& lambda, Cosines const& cosines) {
  double error = 0;
  for (std::size_t k = 0; k < lambda.size(); ++k)
    error += lambda[k] * lambda[k] * (1 - cosines[k] * cosines[k]);
  return error;
}

double power_law_error(double gamma, double hidden, double rows_per_dimension, double variance) {
  double squares = 0;
  for (double k = 1; k <= hidden; ++k) squares += std::pow(k, -2 * gamma);
  double const z_squared = 1 / squares;
  double const prefactor = 2 - 1 / (2 * gamma + 1) + 1 / (2 * gamma - 1);
  return prefactor * z_squared *
         std::pow(2 * z_squared * rows_per_dimension / variance, -1 + 1 / (2 * gamma));
}

}  // namespace thresher::hierarchical_features
