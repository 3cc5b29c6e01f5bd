#include "random/elementary.hpp"

#include "random/exponential_function.hpp"
#include "random/scalar_lanes.hpp"
#include "random/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// Accuracy against the C library's extended precision.

namespace thresher::random {
namespace {

constexpr int points = 300000;

// Error in units in the last place of `exact`.
double error(double value, long double exact) {
  int exponent = 0;
  std::frexp(exact, &exponent);
  return static_cast<double>(std::abs(std::ldexp(value - exact, 53 - exponent)));
}

Sequence argument_source() {
  return Stream(hash_identity("elementary_test"), "arguments").sequence({}, 0);
}

TEST(Elementary, LogarithmIsAccurateOverAllNormalNumbers) {
  Sequence source = argument_source();
  double worst = 0;
  for (int k = 0; k < points; ++k) {
    double const x = std::ldexp(1 + source.uniform(), static_cast<int>(source.below(2046)) - 1022);
    worst = std::max(worst, error(logarithm(x), std::log(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.5);
}

TEST(Elementary, LogarithmIsAccurateNearOne) {
  Sequence source = argument_source();
  double worst = 0;
  for (int k = 0; k < points; ++k) {
    double const distance = std::ldexp(source.uniform(), -static_cast<int>(source.below(52)));
    double const x = k % 2 == 0 ? 1 - 0.5 * distance : 1 + distance;
    if (x != 1) worst = std::max(worst, error(logarithm(x), std::log(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.5);
  EXPECT_EQ(logarithm(1.0), 0.0);
}

TEST(Elementary, SineAndCosineAreAccurate) {
  Sequence source = argument_source();
  double worst = 0;
  for (int k = 0; k < points; ++k) {
    double const x =
        (source.uniform() - 0.5) * std::ldexp(1.57079632679489661923, -static_cast<int>(source.below(30)));
    auto const [sine, cosine] = sine_cosine<ScalarLanes>(x);
    worst = std::max(worst, error(sine, std::sin(static_cast<long double>(x))));
    worst = std::max(worst, error(cosine, std::cos(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
}

TEST(Elementary, ExponentialFunctionIsAccurate) {
  Sequence source = argument_source();
  double worst = 0;
  for (int k = 0; k < points; ++k) {
    double const x = -std::ldexp(source.uniform(), static_cast<int>(source.below(40)) - 30);
    if (x > -708)
      worst = std::max(worst, error(exponential_function(x), std::exp(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(exponential_function(0.0), 1.0);
  EXPECT_EQ(exponential_function(-745.0), std::exp(-745.0));
  EXPECT_EQ(exponential_function(-746.0), 0.0);
  EXPECT_EQ(exponential_function(-1e300), 0.0);
}

}  // namespace
}  // namespace thresher::random
