#include "numerics/root.hpp"

#include "numerics/minimum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thresher::numerics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(BracketedRoot, FindsRootsOfEitherDirection) {
  EXPECT_NEAR(bracketed_root([](double x) { return x * x * x - 2; }, 0, 5, 1e-14), std::cbrt(2), 1e-13);
  EXPECT_NEAR(bracketed_root([](double x) { return 2 - x * x * x; }, 0, 5, 1e-14), std::cbrt(2), 1e-13);
  EXPECT_EQ(bracketed_root([](double x) { return x - 3; }, 3, 5, 1e-14), 3);
  EXPECT_EQ(bracketed_root([](double x) { return x - 5; }, 3, 5, 1e-14), 5);
}

TEST(BracketedRoot, BisectsInfiniteValuesAway) {
  EXPECT_NEAR(bracketed_root([](double x) { return x < 1 ? -1.0 : kInfinity; }, 0, 5, 1e-12), 1, 1e-11);
}

TEST(BracketedRoot, IsUndefinedWithoutAChangeOfSign) {
  EXPECT_TRUE(std::isnan(bracketed_root([](double x) { return x * x + 1; }, -1, 1, 1e-12)));
  EXPECT_TRUE(std::isnan(bracketed_root([](double x) { return -x * x - 1; }, -1, 1, 1e-12)));
}

TEST(BracketedRoot, TakesFewEvaluations) {
  int evaluations = 0;
  auto const f = [&](double x) {
    ++evaluations;
    return std::tanh(x - 7) + 0.1;
  };
  EXPECT_NEAR(bracketed_root(f, 0, 20, 1e-10), 7 - std::atanh(0.1), 1e-10);
  EXPECT_LT(evaluations, 20);
}

TEST(IncreasingRoot, WalksToTheRootOrToTheEnd) {
  auto const shifted = [](double root) { return [root](double x) { return std::tanh(x - root); }; };
  EXPECT_NEAR(increasing_root(shifted(300), {0, -500, 500}, 1e-12), 300, 1e-11);
  EXPECT_NEAR(increasing_root(shifted(-300), {0, -500, 500}, 1e-12), -300, 1e-11);
  EXPECT_EQ(increasing_root([](double) { return 1.0; }, {0, -500, 500}, 1e-12), -kInfinity);
  EXPECT_EQ(increasing_root([](double) { return -1.0; }, {0, -500, 500}, 1e-12), kInfinity);
  EXPECT_EQ(increasing_root([](double) { return std::nan(""); }, {0, -500, 500}, 1e-12), kInfinity);
  EXPECT_TRUE(
      std::isnan(increasing_root([](double) { return 1.0; }, {kInfinity, kInfinity, kInfinity}, 1e-12)))
      << "a range that overflowed ends the search";
}

TEST(Bisect, HoldsAboveAndFailsBelow) {
  auto const bracket = bisect([](double x) { return std::nearbyint(x) >= 7; }, {0, 100}, 40);
  EXPECT_LE(bracket.lower, 6.5);
  EXPECT_GE(bracket.upper, 6.5);
  EXPECT_NEAR(bracket.middle(), 6.5, 1e-10);
  EXPECT_EQ(bisect([](double) { return true; }, {0, 1}, 3).upper, 0.125);
}

TEST(FindMinimum, FindsTheBottomOfAValley) {
  auto const minimum = find_minimum([](double x) { return std::cosh(x - 0.3); }, -2, 5);
  EXPECT_NEAR(minimum.at, 0.3, 1e-7);
  EXPECT_NEAR(minimum.value, 1, 1e-14);
  EXPECT_NEAR(find_minimum([](double x) { return x; }, 2, 5).at, 2, 1e-6);
}

}  // namespace
}  // namespace thresher::numerics
