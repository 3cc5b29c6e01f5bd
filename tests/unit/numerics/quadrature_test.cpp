#include "numerics/quadrature.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace thresher::numerics {
namespace {

void expect_ascending(QuadratureRule const& rule, int size) {
  ASSERT_EQ(rule.nodes.size(), static_cast<std::size_t>(size));
  ASSERT_EQ(rule.weights.size(), rule.nodes.size());
  EXPECT_EQ(std::adjacent_find(rule.nodes.begin(), rule.nodes.end(), std::greater_equal<>()),
            rule.nodes.end());
}

TEST(GaussHermite, IntegratesPolynomialsToDegree63) {
  auto const rule = gauss_hermite(32);
  double moment = 1;  // (2k-1)!!
  for (int degree = 0; degree <= 62; degree += 2) {
    EXPECT_NEAR(rule.average([degree](double x) { return std::pow(x, degree); }) / moment, 1, 1e-12)
        << degree;
    moment *= degree + 1;
  }
  EXPECT_NEAR(rule.nodes[31], 10.0777, 1e-3);
  EXPECT_GT(rule.weights[31], 0);
}

TEST(GaussHermite, IntegratesTheMomentGeneratingFunctionAtAnySize) {
  for (int const size : {31, 32, 41, 80, 199, 200}) {
    auto const rule = gauss_hermite(size);
    expect_ascending(rule, size);
    EXPECT_NEAR(rule.average([](double x) { return std::exp(1.5 * x); }) / std::exp(1.125), 1, 1e-13) << size;
  }
}

TEST(GaussHermite, IsKnownForFewNodes) {
  auto const three = gauss_hermite(3);
  EXPECT_NEAR(three.nodes[0], -std::sqrt(3.0), 1e-15);
  EXPECT_EQ(three.nodes[1], 0);
  EXPECT_NEAR(three.weights[1], 2.0 / 3, 1e-15);
  EXPECT_NEAR(three.weights[2], 1.0 / 6, 1e-15);
  EXPECT_NEAR(gauss_hermite(1).weights[0], 1, 1e-15);
}

TEST(GaussLegendre, IntegratesPolynomialsToItsDegree) {
  for (int const size : {1, 2, 7, 41, 200}) {
    auto const rule = gauss_legendre(size);
    expect_ascending(rule, size);
    for (int degree = 0; degree < 2 * size; ++degree)
      ASSERT_NEAR(rule.average([degree](double x) { return std::pow(x, degree); }) * (degree + 1), 1, 1e-13)
          << size << " " << degree;
  }
  auto const seven = gauss_legendre(7);
  EXPECT_GT(std::abs(seven.average([](double x) { return std::pow(x, 14); }) - 1.0 / 15), 1e-9);
}

TEST(Integrate, TakesFiniteAndInfiniteEnds) {
  double const infinity = std::numeric_limits<double>::infinity();
  EXPECT_NEAR(integrate([](double x) { return std::exp(x); }, 0, 1, 1e-12), std::numbers::e - 1, 1e-14);
  EXPECT_NEAR(integrate([](double x) { return std::exp(-x); }, 2, infinity, 1e-12), std::exp(-2), 1e-13);
  EXPECT_NEAR(integrate([](double x) { return std::exp(-x * x); }, -infinity, infinity, 1e-12),
              std::sqrt(std::numbers::pi), 1e-12);
  // A step of width 1e-3.
  auto const step = [](double x) { return 0.5 * std::erfc((x - 0.7) / 1e-3); };
  EXPECT_NEAR(integrate(step, 0, 1, 1e-10), 0.7, 1e-10);
}

}  // namespace
}  // namespace thresher::numerics
