#include "random/stream.hpp"
#include "statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace thresher::random {
namespace {

Key const key = hash_identity("normal_test");

void expect_standard_moments(std::span<double const> values) {
  auto const root = std::sqrt(static_cast<double>(values.size()));
  test::Moments const found = test::moments(values);
  EXPECT_NEAR(found.mean, 0, 5 / root);
  EXPECT_NEAR(found.variance, 1, 5 * std::sqrt(2.0) / root);
  EXPECT_NEAR(found.skewness, 0, 5 * std::sqrt(6.0) / root);
  EXPECT_NEAR(found.kurtosis, 3, 5 * std::sqrt(24.0) / root);
}

TEST(Normal, HasTheDistributionFunction) {
  std::vector<double> values(10'000'000);
  Stream(key, "distribution").normals({}, 0, values);
  expect_standard_moments(values);
  test::KolmogorovDistance distance;
  for (double value : values) distance.add(test::normal_probability(value));
  EXPECT_LT(distance.value(), distance.bound());
}

TEST(Normal, EachHalfOfAPairIsNormal) {
  std::vector<double> values(4'000'000);
  Stream(key, "halves").normals({}, 0, values);
  std::array<test::KolmogorovDistance, 2> distance;
  for (std::size_t k = 0; k < values.size(); ++k) distance[k % 2].add(test::normal_probability(values[k]));
  for (auto const& half : distance) EXPECT_LT(half.value(), half.bound());
}

// The angle is put together from a quarter and two bits: every one of 64 sectors must be as likely.
TEST(Normal, PairsAreIsotropic) {
  std::vector<double> values(4'000'000);
  Stream(key, "isotropic").normals({}, 0, values);
  constexpr std::size_t sectors = 64;
  std::vector<double> counts(sectors, 0.0);
  double product_of_squares = 0;
  for (std::size_t k = 0; k < values.size(); k += 2) {
    double const turn = std::atan2(values[k + 1], values[k]) / (2 * std::numbers::pi) + 0.5;
    ++counts[std::min(static_cast<std::size_t>(turn * sectors), sectors - 1)];
    product_of_squares += (values[k] * values[k] - 1) * (values[k + 1] * values[k + 1] - 1);
  }
  test::ChiSquare const chi_square = test::chi_square_uniform(counts);
  EXPECT_LT(chi_square.value, chi_square.bound());
  auto const pairs = static_cast<double>(values.size() / 2);
  EXPECT_NEAR(product_of_squares / pairs, 0, 5 * 2 / std::sqrt(pairs));
}

TEST(Normal, TailsAreAsHeavyAsExpected) {
  Stream const stream(key, "tails");
  constexpr std::array<double, 6> levels = {2, 3, 3.5, 4, 4.5, 5};
  std::array<double, levels.size()> above{};
  std::array<double, levels.size()> below{};
  constexpr std::uint64_t rows = 4000;
  std::vector<double> values(20'000);
  for (std::uint64_t row = 0; row < rows; ++row) {
    stream.normals({row}, 0, values);
    for (double value : values) {
      if (std::abs(value) < levels[0]) continue;
      auto& side = value > 0 ? above : below;
      for (std::size_t k = 0; k < levels.size(); ++k) side[k] += std::abs(value) > levels[k] ? 1 : 0;
    }
  }
  double const count = static_cast<double>(rows) * static_cast<double>(values.size());
  for (std::size_t k = 0; k < levels.size(); ++k) {
    double const probability = test::normal_probability(-levels[k]);
    EXPECT_LT(std::abs(test::binomial_deviations(above[k], count, probability)), 5) << levels[k];
    EXPECT_LT(std::abs(test::binomial_deviations(below[k], count, probability)), 5) << levels[k];
  }
}

TEST(Normal, InSequenceIsNormal) {
  Sequence sequence = Stream(key, "sequence").sequence({}, 0);
  std::vector<double> values(1'000'000);
  test::KolmogorovDistance distance;
  for (double& value : values) {
    value = sequence.normal();
    distance.add(test::normal_probability(value));
  }
  expect_standard_moments(values);
  EXPECT_LT(distance.value(), distance.bound());
}

// One number from each of many rows, as column-major blocks take them.
TEST(Normal, AcrossRowsIsNormal) {
  constexpr std::int64_t rows = 1'000'000;
  std::vector<double> values(static_cast<std::size_t>(rows));
  fill_normals(Stream(key, "rows"), {0, rows, 0, 1}, Layout::column_major, std::span<double>(values), rows);
  expect_standard_moments(values);
  test::KolmogorovDistance distance;
  for (double value : values) distance.add(test::normal_probability(value));
  EXPECT_LT(distance.value(), distance.bound());
}

}  // namespace
}  // namespace thresher::random
