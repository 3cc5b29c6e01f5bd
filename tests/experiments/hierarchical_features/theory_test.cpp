#include "experiments/hierarchical_features/model/setting.hpp"
#include "experiments/hierarchical_features/theory/kernel_theory.hpp"
#include "experiments/hierarchical_features/theory/overlap_laws.hpp"
#include "experiments/hierarchical_features/theory/predictions.hpp"
#include "numerics/quadrature.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace thresher::hierarchical_features {
namespace {

random::Stream moments_stream() {
  return {random::hash_identity("theory test"), "moments"};
}

Parameters gaussian(std::int64_t d, std::int64_t d1, double gamma) {
  Parameters point;
  point.feature_model = FeatureModel::gaussian;
  point.d = d;
  point.d1 = d1;
  point.gamma = gamma;
  return point;
}

Predictions predicted(Parameters const& point) {
  Predictions all;
  study::TheoryContext const context("theory test");
  predict_sizes(point, all);
  predict_recovery(point, context, all);
  predict_labels(point, all);
  predict_kernel(point, all);
  return all;
}

TEST(Strengths, OfFiveFeatures) {
  auto const lambda = strengths(0.8, typical_signs(Signs::alternating, 5));
  std::vector<double> const exact{.769853, -.442164, .319677, -.253957, .212438};
  std::vector<double> const thresholds{.8436, 2.5574, 4.8927, 7.7527, 11.0791};
  double squares = 0;
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(lambda[k], exact[k], 1e-6);
    EXPECT_NEAR(1 / (2 * lambda[k] * lambda[k]), thresholds[k], 1e-4);
    squares += lambda[k] * lambda[k];
  }
  EXPECT_NEAR(squares, 1, 1e-14);
}

TEST(Strengths, HiddenFeaturesAndRows) {
  Parameters point;
  point.d = 100;
  EXPECT_EQ(sizes_of(point).hidden, 10);  // a power that may round to 9.999
  EXPECT_EQ(sizes_of(point).features, 5050);
  EXPECT_EQ(sizes_of(point).rows_of(Fold::spectral), 101'000);
  EXPECT_EQ(sizes_of(point).rows_of(Fold::second), 50'500);
  point.alpha = 1.5;
  EXPECT_EQ(sizes_of(point).rows_of(Fold::spectral), 1000);
  EXPECT_EQ(sizes_of(point).rows_of(Fold::second), 500);
}

// Monte Carlo against what the identity gives in closed form: weights that are clipped nowhere.
TEST(Moments, MonteCarloAgreesWithTheClosedForm) {
  auto point = gaussian(32, 3, 0.8);
  auto const lambda = strengths(0.8, typical_signs(Signs::alternating, 3));
  auto const exact = weight_moments(point, lambda, moments_stream());
  point.preprocess = Preprocess::clip;
  point.clip = 1e5;
  auto const drawn = weight_moments(point, lambda, moments_stream());
  EXPECT_NEAR(drawn.variance, exact.variance, 0.02);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(drawn.signal[k], exact.signal[k], 0.03) << k;
    EXPECT_NEAR(drawn.square_signal[k], exact.square_signal[k], 0.25) << k;
  }
}

// Many equal features: y is normal, and E[T(y) z] over a normal z gives the signal.
TEST(Moments, ManyFeaturesHaveTheThresholdsOfANormalLabel) {
  auto point = gaussian(60, 300, 0);
  point.theory_draws = 200'000;
  point.preprocess = Preprocess::sign;
  auto const sizes = sizes_of(point);
  auto const lambda = strengths(0, typical_signs(Signs::alternating, 300));
  auto const ratio = [&] {
    auto const thresholds = threshold_rows(sizes, weight_moments(point, lambda, moments_stream()));
    double inverse = 0;
    for (double const rows : thresholds) inverse += 1 / std::sqrt(rows) / 300;
    return 1 / (inverse * inverse) / (static_cast<double>(sizes.features) / (2 * lambda[0] * lambda[0]));
  };
  EXPECT_NEAR(ratio(), M_PI / 2, 0.02);
  point.preprocess = Preprocess::identity;
  point.link = Link::tanh;
  EXPECT_NEAR(ratio(), 1.0747, 0.02);
}

TEST(LabelWeightedLawOfPoints, ReferencePredictions) {
  auto point = gaussian(32, 5, 0.8);
  point.preprocess = Preprocess::clip;
  auto const first = predicted(point);
  // Both are Monte Carlo with 400 000 draws: 1 % of theta_5, some percent of a cosine close to its threshold.
  EXPECT_NEAR(first.mse_lw, .3216, 0.004);
  EXPECT_NEAR(first.cos2_first_lw, .8865, 0.001);
  EXPECT_NEAR(first.cos2_tracked_lw, .7044, 0.015);
  EXPECT_NEAR(first.cos2_last_lw, .4070, 0.05);
  EXPECT_NEAR(first.edge_right_lw, .3003, 0.001);
  EXPECT_NEAR(first.eig_first_lw, .6649, 0.002);
  EXPECT_EQ(first.recovered_lw, 5);

  auto identity = gaussian(24, 5, 0.8);
  identity.n_ratio = 200;
  auto const second = predicted(identity);
  EXPECT_NEAR(second.mse_goe_corrected, .0439, 1e-4);
  EXPECT_NEAR(second.overlap_goe_corrected, .9632, 1e-4);
  EXPECT_NEAR(second.cos2_first_goe_corrected, .9859, 1e-4);
  EXPECT_NEAR(second.cos2_last_goe_corrected, .9353, 1e-4);
  EXPECT_TRUE(std::isnan(second.mse_lw));  // unbounded weights

  auto many = gaussian(30, 24, 0.4);
  many.preprocess = Preprocess::clip;
  many.n_ratio = 40;
  auto const third = predicted(many);
  EXPECT_NEAR(third.mse_lw, .5063, 0.003);
  EXPECT_NEAR(third.overlap_lw, .5247, 0.003);
  EXPECT_NEAR(third.cos2_first_lw, .8942, 0.002);
  EXPECT_NEAR(third.cos2_tracked_lw, .8058, 0.003);
  EXPECT_NEAR(third.cos2_last_lw, .2306, 0.05);
}

TEST(LabelWeightedLawOfPoints, BecomesTheGoeLawWithManySamples) {
  auto point = gaussian(40, 200, 0);
  point.preprocess = Preprocess::clip;
  point.clip = 3;
  point.n_ratio = 200;
  auto const all = predicted(point);
  EXPECT_NEAR(all.overlap_goe, .498, 0.004);
  EXPECT_NEAR(all.overlap_lw, .492, 0.004);
  EXPECT_LT(std::abs(all.overlap_goe - all.overlap_lw), 0.02);
  EXPECT_NEAR(all.edge_right_lw, .1004, 3e-4);
  EXPECT_NEAR(all.edge_left_lw, -.1004, 3e-4);
}

TEST(FiniteDimension, ReferencePredictions) {
  Parameters point;
  point.d = 30;
  point.d1 = 5;
  point.preprocess = Preprocess::clip;
  point.residualize = Residualize::linear;
  point.second_layer = SecondLayer::ls;
  point.n_ratio = 60;
  point.krr_n_max = 1500;
  point.baselines = {Baseline::oracle, Baseline::krr};
  auto const all = predicted(point);
  EXPECT_NEAR(all.mse_finite_d, .2086, 0.002);
  EXPECT_NEAR(all.overlap_finite_d, .7865, 0.01);
  EXPECT_NEAR(all.cos2_first_finite_d, .9414, 0.001);
  EXPECT_NEAR(all.cos2_last_finite_d, .5992, 0.03);
  EXPECT_NEAR(all.nmse_krr_theory, .974, 0.001);

  Parameters large;
  large.d = 100;
  large.d1 = 10;
  large.gamma = 0.6;
  EXPECT_NEAR(predicted(large).label_variance_theory, 1.0841, 1e-4);
  large.n_ratio = 30;
  large.preprocess = Preprocess::clip;
  large.residualize = Residualize::linear;
  auto const lambda = strengths(0.6, typical_signs(Signs::alternating, 10));
  auto const cosines =
      finite_d_cosines(large, lambda, sizes_of(large), weight_moments(large, lambda, moments_stream()));
  std::vector<double> const exact{.899, .836, .775, .698, .641, .552, .483, .403, .331, .261};
  for (std::size_t k = 0; k < exact.size(); ++k) EXPECT_NEAR(cosines[k], exact[k], 0.01) << k;
}

TEST(PowerLaw, IsTheSumOfTheTransitions) {
  constexpr double kHidden = 2e5;
  for (auto const& [ratio, sum, law] :
       {std::tuple(1000.0, .04599, .04649), std::tuple(1e4, .014649, .014702)}) {
    EXPECT_NEAR(power_law_error(1, kHidden, ratio, 1), law, 1e-5);
    double squares = 0;
    for (double k = 1; k <= kHidden; ++k) squares += 1 / (k * k);
    double error = 0;
    for (double k = 1; k <= kHidden; ++k) {
      double const square = 1 / (k * k) / squares;
      double const cosine = std::max(0.0, 1 - 1 / (2 * square * ratio));
      error += square * (1 - cosine * cosine);
    }
    EXPECT_NEAR(error, sum, 1e-5);
  }
}

TEST(FewerDirections, KeepTheStrongest) {
  auto point = gaussian(32, 5, 0.8);
  point.preprocess = Preprocess::clip;
  point.n_ratio = 100;
  auto const all = predicted(point);
  point.num_directions = 2;
  auto const two = predicted(point);
  EXPECT_EQ(two.cos2_first_lw, all.cos2_first_lw);
  EXPECT_EQ(two.cos2_last_lw, 0);
  EXPECT_EQ(two.recovered_lw, 2);
  EXPECT_EQ(two.recovered_goe, 2);
  EXPECT_EQ(all.recovered_goe, 5);
}

// Two ways to the trace of the kernel: its value at 1, and its eigenvalues with their multiplicities.
TEST(KernelTheory, FallsFromThePlateauWithManySamples) {
  LabelVariance const labels{1.3, 0.2};
  double const plateau = 1 - labels.degree_two / labels.total;
  EXPECT_NEAR(kernel_error(40, 1, labels, 0), 1, 0.02);
  EXPECT_NEAR(kernel_error(40, 20'000, labels, 0), plateau, 0.08);
  EXPECT_LT(kernel_error(40, 1e7, labels, 0), 0.2);
}

}  // namespace
}  // namespace thresher::hierarchical_features
