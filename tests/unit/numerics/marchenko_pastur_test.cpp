#include "numerics/marchenko_pastur.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace thresher::numerics {
namespace {

TEST(MarchenkoPastur, MeanRootHasItsClosedForm) {
  EXPECT_NEAR(marchenko_pastur_mean_root(1), 8 / (3 * std::numbers::pi), 1e-14);
  EXPECT_NEAR(std::pow(marchenko_pastur_mean_root(0.5), 2), 0.4350574233, 5e-11);
  EXPECT_NEAR(std::pow(marchenko_pastur_mean_root(2), 2), 0.8701148466, 5e-11);
  EXPECT_NEAR(std::pow(marchenko_pastur_mean_root(0.1), 2), 0.0974837593, 5e-11);
  EXPECT_NEAR(std::pow(marchenko_pastur_mean_root(10), 2), 0.9748375933, 5e-11);
}

TEST(MarchenkoPastur, SeriesMeetsTheEllipticForm) {
  double const below = marchenko_pastur_mean_root(0.000999999) / std::sqrt(0.000999999);
  double const above = marchenko_pastur_mean_root(0.001000001) / std::sqrt(0.001000001);
  EXPECT_NEAR(below, above, 1e-9);
}

TEST(MarchenkoPastur, IsDualInTheLoad) {
  for (double const gamma : {0.003, 0.2, 0.7})
    EXPECT_NEAR(std::pow(marchenko_pastur_mean_root(gamma), 2),
                gamma * std::pow(marchenko_pastur_mean_root(1 / gamma), 2), 1e-12);
}

TEST(MarchenkoPastur, QuadratureHasTheMoments) {
  for (double const gamma : {0.2, 1.0, 3.0}) {
    EXPECT_NEAR(marchenko_pastur_average(gamma, [](double) { return 1.0; }), 1, 1e-6);
    EXPECT_NEAR(marchenko_pastur_average(gamma, [](double x) { return x; }), 1, 1e-9);
    EXPECT_NEAR(marchenko_pastur_average(gamma, [](double x) { return x * x; }), 1 + 1 / gamma, 1e-9);
    EXPECT_NEAR(marchenko_pastur_average(gamma, [](double x) { return std::sqrt(x); }),
                marchenko_pastur_mean_root(gamma), 5e-9);
  }
}

}  // namespace
}  // namespace thresher::numerics
