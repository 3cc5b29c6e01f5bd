#include "experiments/hierarchical_features/theory/predictions.hpp"

#include "experiments/hierarchical_features/theory/kernel_theory.hpp"
#include "experiments/hierarchical_features/theory/overlap_laws.hpp"

#include <algorithm>
#include <cmath>

namespace thresher::hierarchical_features {

namespace {

/// The members of Predictions that one law fills.
struct LawMembers {
  double Predictions::*overlap;
  double Predictions::*mse;
  double Predictions::*first;
  double Predictions::*tracked;
  double Predictions::*last;
};
LawMembers constexpr kGoe{&Predictions::overlap_goe, &Predictions::mse_goe, &Predictions::cos2_first_goe,
                          &Predictions::cos2_tracked_goe, &Predictions::cos2_last_goe};
LawMembers constexpr kCorrected{&Predictions::overlap_goe_corrected, &Predictions::mse_goe_corrected,
                                &Predictions::cos2_first_goe_corrected,
                                &Predictions::cos2_tracked_goe_corrected,
                                &Predictions::cos2_last_goe_corrected};
LawMembers constexpr kLw{&Predictions::overlap_lw, &Predictions::mse_lw, &Predictions::cos2_first_lw,
                         &Predictions::cos2_tracked_lw, &Predictions::cos2_last_lw};
LawMembers constexpr kFiniteD{&Predictions::overlap_finite_d, &Predictions::mse_finite_d,
                              &Predictions::cos2_first_finite_d, &Predictions::cos2_tracked_finite_d,
                              &Predictions::cos2_last_finite_d};

/// What the features of a point look like to theory.
std::vector<double> typical_strengths(Parameters const& point) {
  return strengths(point.gamma, typical_signs(point.signs, sizes_of(point).hidden));
}

double count_recovered(Cosines const& cosines) {
  return static_cast<double>(std::ranges::count_if(cosines, [](double cosine) { return cosine > 0; }));
}

void predict_edges(Sizes const& sizes, WeightMoments const& moments, Predictions& predictions) {
  auto const law = label_weighted_law(sizes, moments);
  predictions.edge_right_lw = law.edge(numerics::SpectrumSide::right) / std::sqrt(2.0);
  predictions.edge_left_lw = law.edge(numerics::SpectrumSide::left) / std::sqrt(2.0);
  if (auto const outlier = feature_outlier(law, moments, 0)) predictions.eig_first_lw = outlier->eigenvalue;
}

}  // namespace

std::size_t tracked_feature(Parameters const& point, std::size_t hidden) {
  return std::min(static_cast<std::size_t>(point.track_k), hidden) - 1;
}

void predict_sizes(Parameters const& point, Predictions& predictions) {
  auto const sizes = sizes_of(point);
  predictions.rows_used = static_cast<double>(sizes.rows_of(Fold::spectral));
  predictions.feature_dimension = static_cast<double>(sizes.features);
  predictions.log_rows = std::log(predictions.rows_used) / std::log(static_cast<double>(sizes.inputs));
  if (point.input == nullptr) predictions.hidden_features = static_cast<double>(sizes.hidden);
}

void predict_recovery(Parameters const& point, study::TheoryContext const& context,
                      Predictions& predictions) {
  if (point.input != nullptr) return;
  auto const sizes = sizes_of(point);
  auto const lambda = typical_strengths(point);
  auto const moments = weight_moments(point, lambda, context.stream("moments"));
  auto const tracked = tracked_feature(point, lambda.size());
  auto const fill = [&](LawMembers const& members, Cosines const& cosines) {
    predictions.*members.overlap = mean_cosine(cosines);
    predictions.*members.mse = projected_error(lambda, cosines);
    predictions.*members.first = cosines.front();
    predictions.*members.tracked = cosines[tracked];
    predictions.*members.last = cosines.back();
  };
  auto const goe = goe_cosines(sizes, moments);
  fill(kGoe, goe);
  predictions.recovered_goe = count_recovered(goe);
  fill(kCorrected, corrected_goe_cosines(sizes, moments));
  if (has_finite_d_theory(point)) fill(kFiniteD, finite_d_cosines(point, lambda, sizes, moments));
  if (has_bounded_weights(point)) {
    auto const lw = lw_cosines(sizes, moments);
    fill(kLw, lw);
    predictions.recovered_lw = count_recovered(lw);
    predict_edges(sizes, moments, predictions);
  }

  auto const thresholds = threshold_rows(sizes, moments);
  auto const rows = static_cast<double>(sizes.rows_of(Fold::spectral));
  predictions.threshold_n_first = thresholds.front();
  predictions.threshold_n_tracked = thresholds[tracked];
  predictions.threshold_n_last = thresholds.back();
  predictions.mse_tail = 0;
  for (std::size_t k = 0; k < lambda.size(); ++k)
    if (thresholds[k] > rows) predictions.mse_tail += lambda[k] * lambda[k];
  if (point.gamma > 0.5) {
    predictions.scaling_exponent = -1 + 1 / (2 * point.gamma);
    if (point.link == Link::identity && point.preprocess == Preprocess::identity)
      predictions.mse_power_law =
          power_law_error(point.gamma, static_cast<double>(sizes.hidden),
                          rows / static_cast<double>(sizes.features), moments.variance);
  }
  auto const m = static_cast<double>(sizes.learned);
  predictions.second_layer_excess = m * (m + 1) / (2 * static_cast<double>(sizes.rows_of(Fold::second))) *
                                    (1 + point.noise_sigma * point.noise_sigma);
}

void predict_labels(Parameters const& point, Predictions& predictions) {
  if (!has_finite_d_theory(point)) return;
  auto const labels = label_variance(point, typical_strengths(point));
  predictions.label_variance_theory = labels.total + point.noise_sigma * point.noise_sigma;
  predictions.degree_q_fraction = labels.degree_two / predictions.label_variance_theory;
}

void predict_kernel(Parameters const& point, Predictions& predictions) {
  if (!has_finite_d_theory(point) || !point.baselines.contains(Baseline::krr)) return;
  predictions.nmse_krr_theory =
      kernel_error(static_cast<double>(point.d), static_cast<double>(kernel_rows(point)),
                   label_variance(point, typical_strengths(point)), point.noise_sigma * point.noise_sigma);
}

}  // namespace thresher::hierarchical_features
