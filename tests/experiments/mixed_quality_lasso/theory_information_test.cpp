#include "experiments/mixed_quality_lasso/theory/information.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace thresher::mixed_quality_lasso;

RecoveryProblem two_qualities(double sigma1, double sigma2, double n1 = 100, double n2 = 100) {
  return {512, 8, 1, {{n1, sigma1}, {n2, sigma2}}};
}

TEST(Information, ReferenceValues) {
  auto const problem = two_qualities(0.5, 1);
  EXPECT_NEAR(sufficient_price_agnostic(problem, 0.25), 1.459432, 5e-7);
  EXPECT_NEAR(sufficient_price_informed(problem, 0.25), std::log2(5.0), 1e-14);
  EXPECT_NEAR(sharp_price_agnostic(problem), 1.538184, 5e-7);
  EXPECT_NEAR(all_or_nothing_ratio_agnostic(problem), 7.888742, 5e-7);
  EXPECT_NEAR(row_marginal_agnostic(problem, 1), 2.068147, 5e-7);
  EXPECT_NEAR(fano_bound(problem, Signal::binary).ratio, 7.216441, 5e-7);
  EXPECT_EQ(fano_bound(problem, Signal::binary).success_upper, 1);
  EXPECT_NEAR(information_target(problem), 16 * std::log(64.0), 1e-12);
}

TEST(Information, AgnosticPriceRisesToItsLimit) {
  EXPECT_NEAR(sufficient_price_agnostic(two_qualities(0.5, 1), 1), 1.2920, 5e-5);
  EXPECT_NEAR(sufficient_price_agnostic(two_qualities(0.5, 10), 1), 1.95989, 5e-6);
  EXPECT_NEAR(sufficient_price_agnostic(two_qualities(0.5, 1000), 1), 1.9999957, 1e-7);
  double last = 1;
  for (double sigma2 = 0.5; sigma2 < 1e4; sigma2 *= 1.3) {
    double const price = sufficient_price_agnostic(two_qualities(0.5, sigma2), 1);
    EXPECT_GE(price, last);
    EXPECT_LT(price, 2 - 0.25 / (sigma2 * sigma2) + 1e-12);
    last = price;
  }
  // High SNR of the noisy rows: they are worth as much.
  EXPECT_NEAR(sufficient_price_agnostic(two_qualities(1e-9, 1e-8), 1), 1, 0.02);
}

TEST(Information, InformedPriceTendsToTheVarianceRatio) {
  EXPECT_NEAR(sufficient_price_informed(two_qualities(1e4, 3e4), 1), 9, 1e-6);
}

TEST(Information, SharpPriceExceedsTheRelaxedLimit) {
  // Few high-quality rows at low SNR: the paper's 2 - sigma1^2/sigma2^2.
  EXPECT_NEAR(sharp_price_agnostic(two_qualities(50, 100, 1, 1e8)), 1.75, 1e-3);
  // Otherwise beyond 2, and infinite where low-quality rows harm.
  EXPECT_GT(sharp_price_agnostic(two_qualities(0.3, 2)), 2);
  auto const harmed = two_qualities(0.1, 6, 150, 5);
  EXPECT_LT(row_marginal_agnostic(harmed, 1), 0);
  EXPECT_EQ(sharp_price_agnostic(harmed), std::numeric_limits<double>::infinity());
}

TEST(Information, EqualNoiseHasPriceOne) {
  auto const problem = two_qualities(0.7, 0.7, 30, 80);
  EXPECT_EQ(sufficient_price_agnostic(problem, 0.25), 1);
  EXPECT_EQ(sufficient_price_informed(problem, 0.25), 1);
  EXPECT_EQ(sharp_price_agnostic(problem), 1);
  EXPECT_NEAR(sufficient_ratio_agnostic(problem, 0.25), sufficient_ratio_informed(problem, 0.25), 1e-14);
  EXPECT_NEAR(all_or_nothing_ratio_agnostic(problem), all_or_nothing_ratio_informed(problem), 1e-14);
}

TEST(Information, MarginalsAreTheDerivativesOfTheAllOrNothingRatio) {
  auto const scaled = [](double n1, double n2) {
    auto const problem = two_qualities(0.5, 2, n1, n2);
    return all_or_nothing_ratio_agnostic(problem) * information_target(problem);
  };
  auto const problem = two_qualities(0.5, 2, 60, 40);
  double const h = 1e-3;
  EXPECT_NEAR(row_marginal_agnostic(problem, 0), (scaled(60 + h, 40) - scaled(60 - h, 40)) / (2 * h), 1e-7);
  EXPECT_NEAR(row_marginal_agnostic(problem, 1), (scaled(60, 40 + h) - scaled(60, 40 - h)) / (2 * h), 1e-7);
}

TEST(Information, SufficientConditionsAsPrinted) {
  double const n1 = 30, n2 = 70, s1 = 0.6, s2 = 1.7, sr = 8, delta = 0.4;
  auto const problem = two_qualities(s1, s2, n1, n2);
  double const a1 = std::log(1 + delta * sr * (2 * s2 * s2 - s1 * s1) / (2 * std::pow(s2, 4)));
  double const a2 = std::log(1 + delta * sr / (2 * s2 * s2));
  double const i1 = std::log(1 + delta * sr / (2 * s1 * s1));
  double const target = 2 * 8 * std::log(512.0 / 8);
  EXPECT_NEAR(sufficient_ratio_agnostic(problem, delta), (n1 * a1 + n2 * a2) / target, 1e-14);
  EXPECT_NEAR(sufficient_ratio_informed(problem, delta), (n1 * i1 + n2 * a2) / target, 1e-14);
  EXPECT_NEAR(sufficient_price_agnostic(problem, delta), a1 / a2, 1e-14);
  EXPECT_NEAR(all_or_nothing_ratio_informed(problem),
              (n1 * std::log(1 + sr / (s1 * s1)) + n2 * std::log(1 + sr / (s2 * s2))) / target, 1e-14);
}

TEST(Information, FanoBoundCountsSignsOfASignedSignal) {
  RecoveryProblem const problem{100, 3, 0.5, {{4, 1}, {6, 2}}};
  double const power = 3 * 0.25;
  auto const information = [](double q) { return 0.5 * (4 * std::log(1 + q) + 6 * std::log(1 + q / 4)); };
  double const supports = std::log(161700.0);
  double const binary = information(power * (1 - 0.03)), signs = information(power);
  EXPECT_NEAR(fano_bound(problem, Signal::binary).ratio, binary / supports, 1e-14);
  EXPECT_NEAR(fano_bound(problem, Signal::binary).success_upper, (binary + std::log(2.0)) / supports, 1e-14);
  EXPECT_NEAR(fano_bound(problem, Signal::signed_values).ratio, signs / (supports + 3 * std::log(2.0)),
              1e-14);
}

}  // namespace
