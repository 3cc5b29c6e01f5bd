#include "numerics/special_functions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace thresher::numerics {
namespace {

TEST(SpecialFunctions, AgreeWithKnownValues) {
  EXPECT_NEAR(digamma(1), -0.57721566490153286, 1e-13);
  EXPECT_NEAR(digamma(0.1), -10.423754940411076, 1e-11);
  EXPECT_NEAR(digamma(100), 4.6001618527380874, 1e-12);
  EXPECT_NEAR(log1p_minus_linear(1e-9) / -5e-19, 1, 1e-8);
  EXPECT_NEAR(log1p_minus_linear(1), std::numbers::ln2 - 1, 1e-15);
  EXPECT_NEAR(beta_distribution(.3, 2, 3), .3483, 1e-12);
  EXPECT_NEAR(beta_distribution(.5, 7.3, 7.3), .5, 1e-12);
  EXPECT_NEAR(beta_distribution(.2, 1, 1), .2, 1e-14);
  EXPECT_NEAR(beta_distribution(.25, .5, .5), 2 / std::numbers::pi * std::asin(.5), 1e-12);
}

}  // namespace
}  // namespace thresher::numerics
