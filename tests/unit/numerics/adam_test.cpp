#include "numerics/adam.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace thresher::numerics;

TEST(Adam, FirstStepHasTheLengthOfTheRate) {
  Adam adam(2);
  std::vector<double> parameters{1, 1};
  std::vector<double> const gradient{3, -0.01};
  adam.step(parameters, gradient, 0.1);
  EXPECT_NEAR(parameters[0], 0.9, 1e-6);
  EXPECT_NEAR(parameters[1], 1.1, 1e-6);
}

}  // namespace
