#include "random/stream.hpp"
#include "statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace thresher::random {
namespace {

Stream const gamma_stream(hash_identity("gamma_test"), "gamma");

class Gamma : public testing::TestWithParam<double> {};

TEST_P(Gamma, HasTheDistributionFunction) {
  double const shape = GetParam();
  Sequence sequence = gamma_stream.sequence({}, 0);
  std::vector<double> values(1'000'000);
  test::KolmogorovDistance distance;
  for (double& value : values) {
    value = sequence.gamma(shape);
    distance.add(test::gamma_probability(shape, value));
  }
  EXPECT_LT(distance.value(), distance.bound());
  auto const root = std::sqrt(static_cast<double>(values.size()));
  test::Moments const found = test::moments(values);
  EXPECT_NEAR(found.mean, shape, 5 * std::sqrt(shape) / root);
  EXPECT_NEAR(found.variance, shape, 5 * std::sqrt(2 * shape * shape + 6 * shape) / root);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Gamma, testing::Values(0.3, 1.0, 7.5));

TEST(Gamma, HugeAndTinyShapesStayFinite) {
  Sequence sequence = gamma_stream.sequence({}, 1);
  for (int k = 0; k < 1000; ++k) {
    double const tiny = sequence.gamma(1e-3);
    EXPECT_TRUE(tiny >= 0 && std::isfinite(tiny));
    EXPECT_NEAR(sequence.gamma(1e12), 1e12, 6e6);
  }
}

TEST(Gamma, RefusesShapesWithoutADistribution) {
  Sequence sequence = gamma_stream.sequence({}, 2);
  for (double shape :
       {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(sequence.gamma(shape), std::invalid_argument);
  }
}

}  // namespace
}  // namespace thresher::random
