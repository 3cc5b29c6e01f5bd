#include "experiments/hierarchical_features/theory/predictions.hpp"
#include "trial.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thresher::hierarchical_features {
namespace {

/// The mean of trials and a published mean differ by at most four standard errors of their difference.
void expect_reference(std::vector<Metrics> const& measured, double Metrics::*metric, double value,
                      double error, char const* name) {
  auto const mean = estimate(measured, metric);
  EXPECT_NEAR(mean.value, value, 4 * std::hypot(mean.error, error)) << name;
}

Parameters with_features(FeatureModel model, std::int64_t d, std::int64_t d1, double gamma) {
  Parameters point;
  point.feature_model = model;
  point.d = d;
  point.d1 = d1;
  point.gamma = gamma;
  return point;
}

TEST(Reference, GaussianFeaturesWithClippedWeights) {
  auto point = with_features(FeatureModel::gaussian, 32, 5, 0.8);
  point.preprocess = Preprocess::clip;
  auto const trials = run_trials(point, 8);
  expect_reference(trials, &Metrics::nmse, .3273, .0040, "nmse");
  expect_reference(trials, &Metrics::overlap_subspace, .6893, .0049, "overlap_subspace");
  expect_reference(trials, &Metrics::cos2_first, .8864, .0015, "cos2_first");
  expect_reference(trials, &Metrics::cos2_tracked, .7010, .0056, "cos2_tracked");
  expect_reference(trials, &Metrics::cos2_last, .410, .027, "cos2_last");
  expect_reference(trials, &Metrics::edge_right, .3019, .0008, "edge_right");
  expect_reference(trials, &Metrics::eig_max, .6686, .0046, "eig_max");
  // The law itself, for the features well above their thresholds.
  Predictions theory;
  predict_recovery(point, study::TheoryContext("reference"), theory);
  auto const first = estimate(trials, &Metrics::cos2_first);
  EXPECT_NEAR(first.value, theory.cos2_first_lw, 4 * first.error + 0.02);
  auto const excess = estimate(trials, &Metrics::coefficient_error);
  EXPECT_GT(excess.value / theory.second_layer_excess, 0.8);
  EXPECT_LT(excess.value / theory.second_layer_excess, 4);
}

TEST(Reference, GaussianFeaturesWithIdentityWeights) {
  auto point = with_features(FeatureModel::gaussian, 24, 5, 0.8);
  point.n_ratio = 200;
  auto const trials = run_trials(point, 4);
  expect_reference(trials, &Metrics::nmse, .0437, .0008, "nmse");
  expect_reference(trials, &Metrics::overlap_subspace, .9634, .0006, "overlap_subspace");
  expect_reference(trials, &Metrics::cos2_first, .9865, .0003, "cos2_first");
  expect_reference(trials, &Metrics::cos2_tracked, .9652, .0010, "cos2_tracked");
  expect_reference(trials, &Metrics::cos2_last, .9342, .0016, "cos2_last");
}

TEST(Reference, ManyFeaturesWithLeastSquares) {
  auto point = with_features(FeatureModel::gaussian, 30, 24, 0.4);
  point.preprocess = Preprocess::clip;
  point.second_layer = SecondLayer::ls;
  point.n_ratio = 40;
  auto const trials = run_trials(point, 8);
  expect_reference(trials, &Metrics::nmse, .4924, .0039, "nmse");
  expect_reference(trials, &Metrics::overlap_subspace, .5497, .0035, "overlap_subspace");
  expect_reference(trials, &Metrics::cos2_first, .8971, .0023, "cos2_first");
  expect_reference(trials, &Metrics::cos2_tracked, .8301, .0059, "cos2_tracked");
  expect_reference(trials, &Metrics::cos2_last, .272, .030, "cos2_last");
}

TEST(Reference, HermiteFeaturesWithBaselines) {
  auto point = with_features(FeatureModel::hermite, 30, 5, 0.8);
  point.preprocess = Preprocess::clip;
  point.residualize = Residualize::linear;
  point.second_layer = SecondLayer::ls;
  point.n_ratio = 60;
  point.krr_n_max = 1500;
  point.baselines = {Baseline::oracle, Baseline::shallow, Baseline::krr};
  auto const trials = run_trials(point, 5);
  expect_reference(trials, &Metrics::nmse, .2086, .0092, "nmse");
  expect_reference(trials, &Metrics::overlap_subspace, .7696, .0063, "overlap_subspace");
  expect_reference(trials, &Metrics::cos2_first, .9444, .0018, "cos2_first");
  expect_reference(trials, &Metrics::cos2_tracked, .8021, .0047, "cos2_tracked");
  expect_reference(trials, &Metrics::cos2_last, .581, .014, "cos2_last");
  expect_reference(trials, &Metrics::nmse_krr, .9868, .0051, "nmse_krr");
  expect_reference(trials, &Metrics::nmse_shallow, .9614, .0035, "nmse_shallow");
  for (auto const& trial : trials) {
    EXPECT_LT(trial.nmse_oracle, trial.nmse);
    EXPECT_LT(trial.nmse, trial.nmse_krr);
  }
}

TEST(Reference, BelowTheFirstThresholdNothingIsFound) {
  auto point = with_features(FeatureModel::gaussian, 32, 5, 0.8);
  point.preprocess = Preprocess::clip;
  point.n_ratio = 0.5;
  for (auto const& trial : run_trials(point, 2)) {
    EXPECT_GE(trial.nmse, 0.97);
    EXPECT_EQ(trial.num_outliers, 0);
  }
}

// The iterated method passes a second threshold that the one-shot method does not have.
TEST(Reference, RefinementReachesTheOracle) {
  for (auto const& [model, ratio] :
       {std::pair(FeatureModel::gaussian, 20.0), std::pair(FeatureModel::hermite, 60.0)}) {
    auto point = with_features(model, 24, 5, 0.8);
    point.preprocess = Preprocess::clip;
    point.second_layer = SecondLayer::ls;
    point.refine_rounds = 15;
    point.n_ratio = ratio;
    auto const trial = run_trial(point);
    EXPECT_LT(trial.refined_nmse, 0.02);
    EXPECT_LE(trial.nmse_oracle, trial.refined_nmse + 1e-9);
    EXPECT_LE(trial.refined_nmse, trial.nmse);
    EXPECT_GT(trial.refined_overlap_subspace, 0.98);
    EXPECT_GT(trial.refined_rounds_used, 2);
  }
}

TEST(Reference, VarianceOfTheLabelsAtFiniteDimension) {
  auto point = with_features(FeatureModel::hermite, 60, 4, 0.8);
  point.n = 200;
  point.n_test = 20'000;
  point.baselines = {};
  auto const variance = estimate(run_trials(point, 3), &Metrics::label_variance);
  Predictions theory;
  predict_labels(point, theory);
  EXPECT_NEAR(variance.value / theory.label_variance_theory, 1, 0.05);
}

// Above its threshold the error of a direction is that of an average over samples.
TEST(Reference, TheErrorOfADirectionFallsLikeTheInverseOfTheSamples) {
  auto point = with_features(FeatureModel::gaussian, 16, 5, 0.8);
  point.baselines = {};
  auto const error = [&](double n_ratio) {
    point.n_ratio = n_ratio;
    return 1 - estimate(run_trials(point, 16), &Metrics::cos2_first).value;
  };
  double const slope = std::log(error(400) / error(50)) / std::log(8.0);
  EXPECT_GT(slope, -1.1);
  EXPECT_LT(slope, -0.9);
}

// Spans of features over samples against spans of directions over the population.
TEST(Reference, OverlapsOfFeaturesAndOfDirectionsAgreeOnManySamples) {
  auto point = with_features(FeatureModel::gaussian, 12, 3, 0.8);
  point.n_ratio = 10;
  point.n_test = 20'000;
  auto const trial = run_trial(point);
  EXPECT_NEAR(trial.overlap_features, trial.overlap_subspace, 3 / std::sqrt(20'000.0));
}

}  // namespace
}  // namespace thresher::hierarchical_features
