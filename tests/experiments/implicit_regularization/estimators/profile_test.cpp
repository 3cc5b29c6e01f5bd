#include "experiments/implicit_regularization/estimators/fits/profile.hpp"

#include "experiments/implicit_regularization/estimators/fits/layer_fit.hpp"
#include "mpi/communicator.hpp"
#include "random_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace thresher::implicit_regularization {
namespace {

using namespace testing;

mpi::Communicator const& by_itself() {
  static auto const comm = mpi::Communicator::self();
  return comm;
}

EntryOrder one_layer(std::size_t entries) {
  auto const count = static_cast<std::int64_t>(entries);
  return {{count, {{0, count, 0}}}, by_itself()};
}

std::vector<double> powers(std::vector<double> const& theta, double eps, double exponent, double scale) {
  std::vector<double> gradient;
  for (double const each : theta)
    gradient.push_back(scale * each * std::pow(each * each + eps, exponent / 2 - 1));
  return gradient;
}

TEST(PowerProfile, GradientsOfTwoAndOne) {
  for (double const theta : {-2.0, -1e-3, 0.5, 3.0}) {
    EXPECT_DOUBLE_EQ(PowerProfile::gradient(theta, 0, 2), theta);
    EXPECT_DOUBLE_EQ(PowerProfile::gradient(theta, 0, 1), theta > 0 ? 1 : -1);
  }
  EXPECT_EQ(PowerProfile::gradient(0, 0, 0.5), 0);
  EXPECT_EQ(PowerProfile::gradient(0, 1e-8, 0.5), 0);
}

TEST(PowerProfile, FindsTheExponent) {
  auto const theta = normals(1003, 1);
  for (double const exponent : {0.7, 1.0, 1.6180339, 3.2}) {
    auto const b = powers(theta, 1e-8, exponent, 0.4);
    auto const order = one_layer(500);
    PowerProfile profile(1e-8, order);
    profile.add(std::span(theta).first(500), std::span(b).first(500));
    profile.add(std::span(theta).last(500), std::span(b).last(500));
    auto const fit = profile.fit(0.25, 4, Sign::nonnegative);
    EXPECT_NEAR(fit.parameter, exponent, 1e-6);
    EXPECT_NEAR(fit.best.coefficient, 0.4, 1e-6);
    EXPECT_NEAR(fit.best.r2, 1, 1e-12);
  }
}

TEST(PowerProfile, TheGridIsWhatSinglePassesGive) {
  auto const theta = normals(200, 3);
  auto b = powers(theta, 1e-8, 1.4, 1);
  auto const noise = normals(200, 4);
  for (std::size_t i = 0; i < b.size(); ++i) b[i] += 0.3 * noise[i];
  auto const order = one_layer(theta.size());
  PowerProfile profile(1e-8, order);
  profile.add(theta, b);
  auto const fit = profile.fit(0.25, 4, Sign::nonnegative);
  ASSERT_EQ(fit.grid.size(), 61);
  EXPECT_EQ(fit.grid.front(), 0.25);
  EXPECT_EQ(fit.grid.back(), 4);
  for (std::size_t k = 0; k < 61; k += 6) {
    auto const column = powers(theta, 1e-8, fit.grid[k], 1);
    double const cosine = dot(column, b) / std::sqrt(dot(column, column) * dot(b, b));
    EXPECT_NEAR(fit.grid_r2[k], cosine * cosine, 1e-12);
    EXPECT_NEAR(profile.at(fit.grid[k], Sign::free).r2, cosine * cosine, 1e-12);
  }
  EXPECT_GE(fit.best.r2, *std::ranges::max_element(fit.grid_r2));
}

TEST(PowerProfile, ExactZerosWithoutRoundingStayOutside) {
  auto theta = normals(100, 5);
  for (std::size_t i = 0; i < 50; ++i) theta[i] = 0;
  auto const b = powers(theta, 1e-300, 1.5, 1);
  auto const order = one_layer(theta.size());
  PowerProfile profile(0, order);
  profile.add(theta, b);
  auto const fit = profile.fit(0.25, 4, Sign::nonnegative);
  EXPECT_NEAR(fit.parameter, 1.5, 1e-6);
  EXPECT_NEAR(fit.best.r2, 1, 1e-12);
}

TEST(PowerProfile, AnAscentIsClipped) {
  auto const theta = normals(100, 6);
  auto const b = powers(theta, 1e-8, 2, -1);
  auto const order = one_layer(theta.size());
  PowerProfile profile(1e-8, order);
  profile.add(theta, b);
  auto const bound = profile.fit(0.25, 4, Sign::nonnegative);
  EXPECT_EQ(bound.best.coefficient, 0);
  EXPECT_EQ(bound.best.r2, 0);
  auto const free = profile.fit(0.25, 4, Sign::free);
  EXPECT_NEAR(free.best.coefficient, -1, 1e-6);
  EXPECT_NEAR(free.parameter, 2, 1e-6);
}

TEST(HypentropyProfile, FindsTheScale) {
  auto const beta = normals(100, 7);
  for (double const alpha : {0.05, 1.0}) {
    std::vector<double> b;
    for (double const each : beta) b.push_back(std::asinh(each / (2 * alpha * alpha)) / 4);
    auto const order = one_layer(beta.size());
    HypentropyProfile profile(order);
    profile.add(beta, b);
    auto const there = profile.at(alpha, Sign::nonnegative);
    EXPECT_NEAR(there.coefficient, 0.25, 1e-14);
    EXPECT_NEAR(there.r2, 1, 1e-14);
    auto const fit = profile.fit(1.7 * alpha, Sign::nonnegative);
    EXPECT_NEAR(fit.parameter / alpha, 1, alpha < 0.1 ? 1e-6 : 1e-3);  // flat where the potential is l2
  }
}

TEST(LayerSums, FitEveryLayerByItself) {
  // The output layer's piece stands first here.
  EntryOrder const order({5, {{3, 2, 1}, {0, 3, 0}}}, by_itself());
  LayerSums sums(order);
  sums.add(std::vector<double>{1, 1, 1, 2, -1}, std::vector<double>{3, -1, 2, 4, 3});
  sums.add(std::vector<double>{1, 1, 0, 0, 0}, std::vector<double>{1, 1, 0, 0, 0});
  auto const fit = sums.fit(Sign::nonnegative);
  EXPECT_DOUBLE_EQ(fit.coefficients[0], 7.0 / 6);
  EXPECT_DOUBLE_EQ(fit.coefficients[1], 1);
  double const target = 4 + 16 + 9 + 9 + 1 + 2;
  EXPECT_DOUBLE_EQ(fit.r2, (49.0 / 6 + 4) / target);
}

TEST(LayerSums, ClipsEveryLayerByItself) {
  std::vector<double> const theta{1, 2}, b{-1, -2};
  auto const order = one_layer(2);
  LayerSums sums(order);
  sums.add(theta, b);
  EXPECT_EQ(sums.fit(Sign::nonnegative).r2, 0);
  EXPECT_EQ(sums.fit(Sign::free).coefficients[0], -1);
  EXPECT_EQ(sums.fit(Sign::free).r2, 1);
}

}  // namespace
}  // namespace thresher::implicit_regularization
