#include "study/precision.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thresher::study {
namespace {

Metric metric(MetricKind kind, char const* range) {
  return {"m", kind, range, "1", "", ""};
}

double error(Metric const& about, std::vector<double> const& values) {
  return cautious_standard_error(about, values);
}

std::vector<double> repeated(double value, std::size_t n) {
  return std::vector<double>(n, value);
}

/// Standard error as of a population, of which the pseudo-trials are a part.
double with(std::vector<double> values, std::vector<double> const& more) {
  values.insert(values.end(), more.begin(), more.end());
  auto const n = static_cast<double>(values.size());
  double mean = 0;
  double squares = 0;
  for (double const v : values) mean += v / n;
  for (double const v : values) squares += (v - mean) * (v - mean) / n;
  return std::sqrt(squares / n);
}

TEST(Precision, EqualTrialsAreNotCertain) {
  auto const share = metric(MetricKind::value, "[0, 1]");
  EXPECT_NEAR(error(share, repeated(0, 20)), with(repeated(0, 20), {0, 1}), 1e-15);
  EXPECT_NEAR(error(metric(MetricKind::value, "[-3, 5]"), repeated(2, 7)), with(repeated(2, 7), {-3, 5}),
              1e-14);
  EXPECT_NEAR(error(metric(MetricKind::indicator, "[0, 1]"), repeated(1, 20)), with(repeated(1, 20), {0, 1}),
              1e-15);
  EXPECT_DOUBLE_EQ(error(metric(MetricKind::count, "[0, inf)"), repeated(0, 20)), 1.0 / 20);
  EXPECT_DOUBLE_EQ(error(metric(MetricKind::count, "[0, inf)"), repeated(500, 20)), 1.0 / 20);
  auto const unbounded = metric(MetricKind::value, "[0, inf)");
  EXPECT_TRUE(std::isinf(error(unbounded, repeated(0, 4000))));
  EXPECT_TRUE(std::isinf(error(unbounded, {0.1, 0.1 + 1e-17, 0.1 - 1e-16}))) << "equal to rounding";
  EXPECT_TRUE(std::isinf(error(share, {0.5})));
  EXPECT_TRUE(std::isinf(error(share, {})));
}

TEST(Precision, RareEventsBelowTheirRateAreNotCertain) {
  // As a conditional probability far from the transition: tiny in all trials but the rare ones.
  std::vector<double> values;
  for (int k = 0; k < 20; ++k) values.push_back(1e-9 * k);
  EXPECT_GT(error(metric(MetricKind::value, "[0, 1]"), values), 0.04);
}

TEST(Precision, TrialsThatVaryHaveTheUsualError) {
  std::vector<double> const values{0, 1, 3, 2, 9, 4};
  double const usual = with(values, {}) * std::sqrt(6.0 / 5);
  EXPECT_NEAR(error(metric(MetricKind::value, "[0, inf)"), values), usual, 1e-14);
  EXPECT_NEAR(error(metric(MetricKind::count, "[0, inf)"), values), usual, 1e-14);
}

}  // namespace
}  // namespace thresher::study
