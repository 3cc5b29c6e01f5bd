#include "experiments/implicit_regularization/estimators/fits/column_factor.hpp"

#include "experiments/implicit_regularization/estimators/fits/stacked_factor.hpp"
#include "random_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thresher::implicit_regularization {
namespace {

using namespace testing;

std::vector<std::vector<double>> random_columns(std::size_t count, std::size_t rows) {
  std::vector<std::vector<double>> columns;
  for (std::size_t k = 0; k < count; ++k) columns.push_back(normals(rows, k + 1));
  return columns;
}

ColumnFactor factor(std::vector<std::vector<double>> const& columns, std::vector<double> const& target,
                    std::size_t block = 1'000'000) {
  StackedFactor stacked(columns.size());
  for (std::size_t begin = 0; begin < target.size(); begin += block) {
    auto const rows = std::min(block, target.size() - begin);
    std::vector<std::span<double const>> parts;
    for (auto const& column : columns) parts.push_back(std::span(column).subspan(begin, rows));
    stacked.add(parts, std::span(target).subspan(begin, rows));
  }
  return stacked.factor();
}

std::vector<std::size_t> first(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

TEST(ColumnFactor, SingleFitsAreProjections) {
  auto const columns = random_columns(2, 5000);
  auto const target = normals(5000, 9);
  auto const fits = factor(columns, target);
  for (std::size_t k = 0; k < 2; ++k) {
    double const product = dot(columns[k], target), square = dot(columns[k], columns[k]);
    double const cosine = product / std::sqrt(square * dot(target, target));
    auto const free = fits.single(k, Sign::free);
    EXPECT_NEAR(free.coefficient, product / square, 1e-14);
    EXPECT_NEAR(free.r2, cosine * cosine, 1e-13);
    EXPECT_NEAR(fits.cosine(k, 2), cosine, 1e-14);
    auto const bound = fits.single(k, Sign::nonnegative);
    EXPECT_EQ(bound.coefficient, std::max(0.0, free.coefficient));
    EXPECT_EQ(bound.r2, product > 0 ? free.r2 : 0);
  }
  EXPECT_NEAR(fits.target_norm(), std::sqrt(dot(target, target)), 1e-11);
}

TEST(ColumnFactor, DoesNotDependOnHowRowsCome) {
  auto const columns = random_columns(3, 7001);
  auto const target = combined(columns, {1, 2, 3});
  auto const whole = factor(columns, target), pieces = factor(columns, target, 97);
  auto const a = whole.joint(first(3), Sign::free), b = pieces.joint(first(3), Sign::free);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(a.coefficients[k], static_cast<double>(k + 1), 1e-13);
    EXPECT_NEAR(b.coefficients[k], static_cast<double>(k + 1), 1e-13);
  }
  EXPECT_NEAR(a.condition, b.condition, 1e-12);
  EXPECT_EQ(a.r2, 1);
}

TEST(ColumnFactor, KeepsTheDigitsOfNearlyCollinearColumns) {
  auto columns = random_columns(2, 400);
  auto const base = columns[0];
  for (std::size_t i = 0; i < 400; ++i) columns[1][i] = base[i] + 1e-5 * columns[1][i];
  auto const fit = factor(columns, combined(columns, {2, 3})).joint(first(2), Sign::nonnegative);
  EXPECT_NEAR(fit.coefficients[0], 2, 1e-9);  // by a Gram matrix only 1e-5
  EXPECT_NEAR(fit.coefficients[1], 3, 1e-9);
  EXPECT_TRUE(fit.is_identifiable());
  EXPECT_NEAR(fit.condition, 2e5, 2e4);
}

TEST(ColumnFactor, ProportionalColumnsAreNotIdentifiable) {
  auto columns = random_columns(1, 400);
  columns.push_back(columns[0]);
  for (double& entry : columns[1]) entry *= 100;
  auto const fits = factor(columns, combined(columns, {0.5, 0.02}));
  for (auto const sign : {Sign::nonnegative, Sign::free}) {
    auto const fit = fits.joint(first(2), sign);
    EXPECT_FALSE(fit.is_identifiable());
    EXPECT_NEAR(fit.coefficients[0] + 100 * fit.coefficients[1], 2.5, 1e-12);
    EXPECT_EQ(fit.r2, 1);
  }
}

TEST(ColumnFactor, BoundFitsSatisfyTheirOptimalityConditions) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<std::vector<double>> columns;
    auto const common = normals(60, 1000 + seed);
    for (std::size_t k = 0; k < 5; ++k) {
      columns.push_back(normals(60, 100 * seed + k + 1));
      for (std::size_t i = 0; i < 60; ++i) columns[k][i] += common[i];
    }
    auto const target = normals(60, 5000 + seed);
    auto const fit = factor(columns, target).joint(first(5), Sign::nonnegative);
    auto rest = combined(columns, fit.coefficients);
    for (std::size_t i = 0; i < 60; ++i) rest[i] = target[i] - rest[i];
    for (std::size_t k = 0; k < 5; ++k) {
      EXPECT_GE(fit.coefficients[k], 0);
      double const slope = dot(columns[k], rest);
      EXPECT_LE(slope, 1e-11);
      EXPECT_NEAR(slope * fit.coefficients[k], 0, 1e-11);
    }
    EXPECT_NEAR(fit.r2, 1 - dot(rest, rest) / dot(target, target), 1e-13);
  }
}

TEST(ColumnFactor, TellsTheErrorOfLeastSquaresBeforehand) {
  auto const columns = random_columns(2, 300);
  std::vector<double> const truth{0.3, 2};
  auto target = combined(columns, truth);
  auto const disturbance = normals(300, 77);
  for (std::size_t i = 0; i < 300; ++i) target[i] += 0.1 * disturbance[i];
  auto const fits = factor(columns, target);
  auto const fit = fits.joint(first(2), Sign::free);
  double const expected =
      std::max(std::abs(fit.coefficients[0] - 0.3) / 0.3, std::abs(fit.coefficients[1] - 2) / 2);
  EXPECT_NEAR(fits.error_of_truth(first(2), truth), expected, 1e-13);
  EXPECT_NEAR(fits.stationarity(first(2), truth),
              0.1 * std::sqrt(dot(disturbance, disturbance) / dot(target, target)), 1e-12);
}

TEST(ColumnFactor, NothingComesOfNothing) {
  std::vector<std::vector<double>> const columns{std::vector<double>(50), normals(50, 1)};
  auto const target = normals(50, 2);
  auto const fits = factor(columns, target);
  EXPECT_EQ(fits.single(0, Sign::free).coefficient, 0);
  EXPECT_EQ(fits.single(0, Sign::free).r2, 0);
  EXPECT_EQ(fits.cosine(0, 1), 0);
  auto const joint = fits.joint(first(2), Sign::free);
  EXPECT_EQ(joint.coefficients[0], 0);
  EXPECT_EQ(joint.condition, 1e16);
  auto const no_target = factor(columns, std::vector<double>(50));
  EXPECT_EQ(no_target.single(1, Sign::free).r2, 0);
  EXPECT_EQ(no_target.joint(first(2), Sign::nonnegative).r2, 0);
}

TEST(ColumnFactor, TakesColumnsOfVeryUnlikeLengths) {
  auto columns = random_columns(2, 200);
  for (double& entry : columns[0]) entry *= 1e-180;
  for (double& entry : columns[1]) entry *= 1e170;
  auto const target = normals(200, 5);
  auto const fits = factor(columns, target);
  EXPECT_GT(fits.single(0, Sign::free).r2, 0);
  auto const joint = fits.joint(first(2), Sign::free);
  EXPECT_LT(joint.condition, 2);
  EXPECT_GT(joint.r2, 0);
}

}  // namespace
}  // namespace thresher::implicit_regularization
