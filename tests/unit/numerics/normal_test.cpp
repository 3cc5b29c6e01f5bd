#include "numerics/normal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace thresher::numerics {
namespace {

/// Asymptotic series of log Q, independent of erfc and of the continued fraction.
double log_tail_series(double x) {
  long double const y = 1 / (static_cast<long double>(x) * x);
  long double term = 1, sum = 1;
  for (int k = 1; k < 12; ++k) sum += term *= -(2 * k - 1) * y;
  return static_cast<double>(-0.5L / y - std::log(x * std::sqrt(2 * std::numbers::pi_v<long double>)) +
                             std::log(sum));
}

TEST(Normal, LogTailFollowsTheAsymptoticSeriesWhereErfcUnderflows) {
  for (double const x : {20.0, 29.9, 30.1, 37.0, 40.0, 1e2, 1e4, 1e8})
    EXPECT_NEAR(log_normal_upper_tail(x) / log_tail_series(x), 1, 2e-15) << x;
  EXPECT_NEAR(log_normal_upper_tail(40), -804.608442, 1e-6);
}

TEST(Normal, LogarithmsAgreeWithLongDouble) {
  for (double x = -12; x <= 12; x += 0.37) {
    long double const tail = 0.5L * std::erfc(static_cast<long double>(x) / std::sqrt(2.0L));
    long double const log_tail = x < 0 ? std::log1p(-0.5L * std::erfc(-x / std::sqrt(2.0L))) : std::log(tail);
    EXPECT_NEAR(static_cast<double>(log_normal_upper_tail(x) / log_tail), 1, 1e-13) << x;
    EXPECT_EQ(log_normal_cdf(-x), log_normal_upper_tail(x)) << x;
    EXPECT_NEAR(normal_cdf(x) + normal_upper_tail(x), 1, 1e-15);
  }
}

TEST(Normal, CentralProbabilityKeepsItsLogarithmAtBothEnds) {
  for (double const x : {1e-12, 1e-3, 0.5, 0.999, 1.001, 3.0, 7.2}) {
    long double const y = static_cast<long double>(x) / std::sqrt(2.0L);
    long double const reference = x < 1 ? std::log(std::erf(y)) : std::log1p(-std::erfc(y));
    EXPECT_NEAR(static_cast<double>(log_normal_central(x) / reference), 1, 1e-14 * (1 + x * x)) << x;
  }
  // 1e12 null coordinates at x = 7.2: 2 p Q(x) = 0.6 is lost by log(1 - 2 Q).
  long double const expected = -1e12L * std::erfc(7.2L / std::sqrt(2.0L));
  EXPECT_NEAR(1e12 * log_normal_central(7.2), static_cast<double>(expected), 1e-10);
}

TEST(Normal, QuantileInvertsTheDistributionFunction) {
  for (double const p : {1e-300, 1e-20, 1e-5, 0.1, 0.5, 0.9, 0.99999})
    EXPECT_NEAR(normal_cdf(normal_quantile(p)) / p, 1, 1e-12) << p;
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
}

}  // namespace
}  // namespace thresher::numerics
