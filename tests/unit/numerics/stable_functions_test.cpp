#include "numerics/stable_functions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace thresher::numerics;

TEST(StableFunctions, AgreeWithTheirDefinitionsWhereThoseAreSafe) {
  for (double const x : {-3.0, -0.5, 0.0, 0.7, 4.0}) {
    EXPECT_NEAR(softplus(x), std::log(1 + std::exp(x)), 1e-15 * (1 + softplus(x)));
    EXPECT_NEAR(logistic(x), 1 / (1 + std::exp(-x)), 4e-16);
    EXPECT_NEAR(logistic(x) + logistic(-x), 1, 4e-16);
  }
  for (double const x : {-3.0, -0.7, -0.5, -0.1}) EXPECT_NEAR(log1mexp(x), std::log(1 - std::exp(x)), 1e-14);
  EXPECT_NEAR(log_sum_exp(std::vector{0.1, -2.0, 1.5}),
              std::log(std::exp(0.1) + std::exp(-2) + std::exp(1.5)), 1e-15);
}

TEST(StableFunctions, KeepTheirTails) {
  EXPECT_EQ(softplus(1000), 1000);
  EXPECT_NEAR(softplus(-700) / std::exp(-700), 1, 1e-15);
  EXPECT_NEAR(logistic(-700) / std::exp(-700), 1, 1e-15);
  EXPECT_EQ(logistic(1000), 1);
  EXPECT_EQ(logistic(-1e4), 0);
  EXPECT_NEAR(log1mexp(-1e-20), std::log(1e-20), 1e-13);
  EXPECT_NEAR(log1mexp(-600) / -std::exp(-600), 1, 1e-15);
  EXPECT_EQ(log1mexp(0), -std::numeric_limits<double>::infinity());
  EXPECT_NEAR(log_sum_exp(std::vector{1e4, 1e4}), 1e4 + std::log(2.0), 1e-11);
  EXPECT_NEAR(log_sum_exp(std::vector{-1e4, -1e4}), -1e4 + std::log(2.0), 1e-11);
}

TEST(StableFunctions, EmptyAndInfiniteSums) {
  double const infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(log_sum_exp({}), -infinity);
  EXPECT_EQ(log_sum_exp(std::vector{-infinity, -infinity}), -infinity);
  EXPECT_EQ(log_sum_exp(std::vector{-infinity, 2.0}), 2);
  EXPECT_EQ(log_sum_exp(std::vector{infinity, 2.0}), infinity);
}

}  // namespace
