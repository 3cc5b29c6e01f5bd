#include "experiments/implicit_regularization/estimators/fits/subgradient_fit.hpp"

#include "random_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thresher::implicit_regularization {
namespace {

using namespace testing;

double objective(std::vector<double> const& theta, std::vector<double> const& b, double l1, double l2) {
  double sum = 0;
  for (std::size_t j = 0; j < b.size(); ++j) {
    double const left = theta[j] != 0 ? b[j] - l1 * (theta[j] > 0 ? 1 : -1) - l2 * theta[j]
                                      : std::max(std::abs(b[j]) - l1, 0.0);
    sum += left * left;
  }
  return sum;
}

TEST(SubgradientFit, IsExactOnAnElasticNet) {
  auto theta = normals(400, 1);
  std::vector<double> b(400);
  auto const within = normals(400, 2);
  for (std::size_t j = 0; j < 400; ++j) {
    if (j % 3 != 0) theta[j] = 0;
    b[j] = theta[j] != 0 ? 0.1 * (theta[j] > 0 ? 1 : -1) + 0.05 * theta[j] : 0.1 * std::tanh(within[j]);
  }
  auto const fit = subgradient_fit(theta, b, 1e-10);
  EXPECT_NEAR(fit.l1, 0.1, 1e-12 * 0.1);
  EXPECT_NEAR(fit.l2, 0.05, 1e-12);
  EXPECT_NEAR(fit.r2, 1, 1e-14);
}

TEST(SubgradientFit, ZerosThatAreOffCountAsInactive) {
  auto theta = normals(300, 3);
  std::vector<double> b(300);
  for (std::size_t j = 0; j < 300; ++j) {
    b[j] = 0.2 * (theta[j] > 0 ? 1 : -1) + 0.3 * theta[j];
    if (j % 2 == 0) {
      theta[j] = 1e-11;
      b[j] = -0.15;
    }
  }
  auto const fit = subgradient_fit(theta, b, 1e-10);
  EXPECT_NEAR(fit.l1, 0.2, 1e-13);
  EXPECT_NEAR(fit.l2, 0.3, 1e-13);
}

TEST(SubgradientFit, IsAMinimumForAnyDeviation) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    auto theta = normals(25, 10 + seed);
    auto b = normals(25, 200 + seed);
    double const pull = static_cast<double>(seed % 6) - 2;  // ridge or lasso of either sign
    for (std::size_t j = 0; j < 25; ++j) {
      b[j] += pull * theta[j] + 0.5 * static_cast<double>(seed % 4) * (theta[j] > 0 ? 1 : -1);
      if (j % 4 == 0) theta[j] = 0;
    }
    auto const fit = subgradient_fit(theta, b, 1e-10);
    ASSERT_GE(fit.l1, 0);
    ASSERT_GE(fit.l2, 0);
    double const there = objective(theta, b, fit.l1, fit.l2);
    EXPECT_NEAR(fit.r2, std::max(0.0, 1 - there / dot(b, b)), 1e-13);
    for (double const step : {1e-1, 1e-3, 1e-5})
      for (int direction = 0; direction < 16; ++direction) {
        double const angle = direction * 3.14159265358979 / 8;
        double const l1 = fit.l1 + step * std::cos(angle), l2 = fit.l2 + step * std::sin(angle);
        if (l1 < 0 || l2 < 0) continue;
        EXPECT_GE(objective(theta, b, l1, l2), there - 1e-12) << seed << " " << l1 << " " << l2;
      }
  }
}

TEST(SubgradientFit, OfWeightsThatAreAllZero) {
  std::vector<double> const theta(4), b{0.5, -2, 1, 0};
  auto const fit = subgradient_fit(theta, b, 1e-10);
  EXPECT_EQ(fit.l1, 2);
  EXPECT_EQ(fit.l2, 0);
  EXPECT_EQ(fit.r2, 1);
}

TEST(SubgradientFit, OfNothing) {
  std::vector<double> const theta{1, 2}, b(2);
  auto const fit = subgradient_fit(theta, b, 1e-10);
  EXPECT_EQ(fit.l1, 0);
  EXPECT_EQ(fit.r2, 0);
}

}  // namespace
}  // namespace thresher::implicit_regularization
