#include "prox/operators.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

using thresher::prox::soft_threshold;

TEST(SoftThreshold, ShrinksTowardsZero) {
  EXPECT_EQ(soft_threshold(3.0, 1.0), 2.0);
  EXPECT_EQ(soft_threshold(-3.0, 1.0), -2.0);
  EXPECT_EQ(soft_threshold(0.5, 1.0), 0.0);
  EXPECT_EQ(soft_threshold(-1.0, 1.0), 0.0);
  EXPECT_EQ(soft_threshold(0.25, 0.0), 0.25);
}

TEST(SoftThreshold, SolvesItsProximalProblem) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  for (int k = 0; k < 200; ++k) {
    double const x = 3 * normal(generator);
    double const threshold = std::abs(normal(generator));
    auto const objective = [&](double u) { return threshold * std::abs(u) + (u - x) * (u - x) / 2; };
    double const best = soft_threshold(x, threshold);
    for (double const step : {-0.5, -1e-3, 1e-3, 0.5}) EXPECT_LE(objective(best), objective(best + step));
  }
}

TEST(SoftThreshold, IsFirmlyNonExpansive) {
  std::mt19937_64 generator(2);
  std::normal_distribution<double> normal;
  for (int k = 0; k < 200; ++k) {
    std::vector<double> x(5);
    std::vector<double> y(5);
    for (double& entry : x) entry = 2 * normal(generator);
    for (double& entry : y) entry = 2 * normal(generator);
    auto shrunken_x = x;
    auto shrunken_y = y;
    soft_threshold(shrunken_x, 0.7);
    soft_threshold(shrunken_y, 0.7);
    double squared = 0;
    double inner = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double const change = shrunken_x[i] - shrunken_y[i];
      squared += change * change;
      inner += change * (x[i] - y[i]);
    }
    EXPECT_LE(squared, inner + 1e-14);
  }
}
