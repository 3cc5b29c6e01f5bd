#pragma once

#include "experiments/hierarchical_features/model/parameters.hpp"
#include "experiments/hierarchical_features/model/setting.hpp"
#include "experiments/hierarchical_features/theory/moments.hpp"
#include "numerics/label_weighted_law.hpp"

#include <optional>
#include <vector>

namespace thresher::hierarchical_features {

/// Squared cosines cos2_k between hidden direction k and the subspace that the spectral step finds.
/// Directions beyond the m of largest |theta_k| get 0 in every law.
using Cosines = std::vector<double>;

/// n_k = D v / theta_k^2, at which feature k leaves the bulk when D / n is small (Baik-Ben Arous-Peche).
std::vector<double> threshold_rows(Sizes const& sizes, WeightMoments const& moments);

/// Signal plus Gaussian orthogonal ensemble: (1 - n_k / n)_+.
Cosines goe_cosines(Sizes const& sizes, WeightMoments const& moments);
/// With the first correction in D / n: divided by 1 + (D / n) tau_k / theta_k^2.
Cosines corrected_goe_cosines(Sizes const& sizes, WeightMoments const& moments);

/// Label-weighted law of a point, in units of sqrt2 times the first-layer matrix. Needs bins.
numerics::LabelWeightedLaw label_weighted_law(Sizes const& sizes, WeightMoments const& moments);
/// Outlier of feature k on the side of its sign, in units of the first-layer matrix.
std::optional<numerics::WeightedOutlier> feature_outlier(numerics::LabelWeightedLaw const& law,
                                                         WeightMoments const& moments, std::size_t k);
/// Exact for bounded T, D / n fixed and Gaussian features. Needs bins.
Cosines lw_cosines(Sizes const& sizes, WeightMoments const& moments);

/// Whether the corrections of finite d are known: Hermite features of degree 2, link identity.
bool has_finite_d_theory(Parameters const& point);
/// Variance of the labels (without noise) and its part of degree 2, to first order in 1/d: 1 + (8 + 4 S^2) /
/// d and 4 (1 + S^2) / d, S = sum lambda.
struct LabelVariance {
  double total;
  double degree_two;
};
LabelVariance label_variance(Parameters const& point, std::vector<double> const& lambda);
/// To first order in 1/d: good to 0.03 well above threshold, optimistic close to it.
Cosines finite_d_cosines(Parameters const& point, std::vector<double> const& lambda, Sizes const& sizes,
                         WeightMoments const& moments);

/// (1/d1) sum cos2_k, and sum lambda_k^2 (1 - cos2_k^2).
double mean_cosine(Cosines const& cosines);
double projected_error(std::vector<double> const& lambda, Cosines const& cosines);

/// C_gamma Z^2 (2 Z^2 n / (D v))^(-1 + 1 / (2 gamma)), C_gamma = 2 - 1 / (2 gamma + 1) + 1 / (2 gamma - 1):
/// the sum over features of the law of `goe_cosines` as an integral. gamma > 1/2.
double power_law_error(double gamma, double hidden, double rows_per_dimension, double variance);

}  // namespace thresher::hierarchical_features
