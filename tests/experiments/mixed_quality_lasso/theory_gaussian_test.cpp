#include "experiments/mixed_quality_lasso/gauss_hermite.hpp"
#include "experiments/mixed_quality_lasso/gaussian.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace {

using namespace thresher::mixed_quality_lasso;

/// Asymptotic series of log Q, independent of erfc and of the continued fraction.
double log_tail_series(double x) {
  long double const y = 1 / (static_cast<long double>(x) * x);
  long double term = 1, sum = 1;
  for (int k = 1; k < 12; ++k) sum += term *= -(2 * k - 1) * y;
  return static_cast<double>(-0.5L / y - std::log(x * std::sqrt(2 * std::numbers::pi_v<long double>)) +
                             std::log(sum));
}

TEST(Gaussian, LogTailFollowsTheAsymptoticSeriesWhereErfcUnderflows) {
  for (double const x : {20.0, 29.9, 30.1, 37.0, 40.0, 1e2, 1e4, 1e8})
    EXPECT_NEAR(log_normal_upper_tail(x) / log_tail_series(x), 1, 2e-15) << x;
  EXPECT_NEAR(log_normal_upper_tail(40), -804.608442, 1e-6);
}

TEST(Gaussian, LogarithmsAgreeWithLongDouble) {
  for (double x = -12; x <= 12; x += 0.37) {
    long double const tail = 0.5L * std::erfc(static_cast<long double>(x) / std::sqrt(2.0L));
    long double const log_tail = x < 0 ? std::log1p(-0.5L * std::erfc(-x / std::sqrt(2.0L))) : std::log(tail);
    EXPECT_NEAR(static_cast<double>(log_normal_upper_tail(x) / log_tail), 1, 1e-13) << x;
    EXPECT_EQ(log_normal_cdf(-x), log_normal_upper_tail(x)) << x;
    EXPECT_NEAR(normal_cdf(x) + normal_upper_tail(x), 1, 1e-15);
  }
}

TEST(Gaussian, CentralProbabilityKeepsItsLogarithmAtBothEnds) {
  for (double const x : {1e-12, 1e-3, 0.5, 0.999, 1.001, 3.0, 7.2}) {
    long double const y = static_cast<long double>(x) / std::sqrt(2.0L);
    long double const reference = x < 1 ? std::log(std::erf(y)) : std::log1p(-std::erfc(y));
    EXPECT_NEAR(static_cast<double>(log_normal_central(x) / reference), 1, 1e-14 * (1 + x * x)) << x;
  }
  // 1e12 null coordinates at x = 7.2: 2 p Q(x) = 0.6 is lost by log(1 - 2 Q).
  long double const expected = -1e12L * std::erfc(7.2L / std::sqrt(2.0L));
  EXPECT_NEAR(1e12 * log_normal_central(7.2), static_cast<double>(expected), 1e-10);
}

/// 2 int_0^inf u^2 phi(x + u) du by Simpson's rule.
double null_risk_by_quadrature(double x) {
  int const intervals = 20000;
  double const end = 12.0 / std::max(1.0, 0.3 * x), step = end / intervals;
  double sum = 0;
  for (int k = 0; k <= intervals; ++k) {
    double const u = k * step;
    double const weight = k == 0 || k == intervals ? 1 : (k % 2 == 1 ? 4 : 2);
    sum += weight * u * u * std::exp(-x * u - 0.5 * u * u);
  }
  return 2 * normal_density(x) * sum * step / 3;
}

TEST(Gaussian, NullRiskIsTheIntegralOfTheSquaredSoftThreshold) {
  for (double const x : {0.0, 0.5, 1.7, 2.99, 3.01, 4.0, 6.0, 10.0, 20.0, 37.0})
    EXPECT_NEAR(null_threshold_risk(x) / null_risk_by_quadrature(x), 1, 1e-11) << x;
  EXPECT_DOUBLE_EQ(null_threshold_risk(0), 1);
}

TEST(GaussHermite, IntegratesPolynomialsToDegree63) {
  auto const& rule = gauss_hermite();
  double moment = 1;  // (2k-1)!!
  for (int degree = 0; degree <= 62; degree += 2) {
    double sum = 0;
    for (std::size_t k = 0; k < kHermiteNodes; ++k) sum += rule.weights[k] * std::pow(rule.nodes[k], degree);
    EXPECT_NEAR(sum / moment, 1, 1e-12) << degree;
    moment *= degree + 1;
  }
  EXPECT_NEAR(rule.nodes[31], 10.0777, 1e-3);
  EXPECT_GT(rule.weights[31], 0);
}

TEST(GaussHermite, IntegratesTheMomentGeneratingFunction) {
  auto const& rule = gauss_hermite();
  double sum = 0;
  for (std::size_t k = 0; k < kHermiteNodes; ++k) sum += rule.weights[k] * std::exp(1.5 * rule.nodes[k]);
  EXPECT_NEAR(sum / std::exp(1.125), 1, 1e-13);
}

TEST(GaussHermite, PairsAreTheProductRuleHeaviestFirst) {
  double sum = 0, second_moment = 0, last = 1;
  for (auto const& pair : hermite_pairs()) {
    EXPECT_LE(pair.weight, last);
    last = pair.weight;
    sum += pair.weight;
    double const x = gauss_hermite().nodes[pair.first], y = gauss_hermite().nodes[pair.second];
    second_moment += pair.weight * x * x * y * y;
    EXPECT_DOUBLE_EQ(pair.log_weight, std::log(pair.weight));
  }
  EXPECT_NEAR(sum, 1, 1e-14);
  EXPECT_NEAR(second_moment, 1, 1e-13);
}

}  // namespace
