// Distributions of uniforms, signs and exponentials.
#include "random/stream.hpp"
#include "statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace thresher::random {
namespace {

Key const key = hash_identity("uniform_test");

TEST(Uniform, IsUniform) {
  std::vector<double> values(10'000'000);
  Stream(key, "uniform").uniforms({}, 0, values);
  test::KolmogorovDistance distance;
  for (double value : values) {
    ASSERT_GT(value, 0.0);
    ASSERT_LT(value, 1.0);
    distance.add(value);
  }
  EXPECT_LT(distance.value(), distance.bound());
  auto const root = std::sqrt(static_cast<double>(values.size()));
  test::Moments const found = test::moments(values);
  EXPECT_NEAR(found.mean, 0.5, 5 * std::sqrt(1.0 / 12) / root);
  EXPECT_NEAR(found.variance, 1.0 / 12, 5 * std::sqrt(1.0 / 180) / root);
}

TEST(Uniform, EveryBitIsBalanced) {
  constexpr int count = 1'000'000;
  constexpr std::size_t bits = 53;
  std::vector<double> values(count);
  Stream(key, "bits").uniforms({}, 0, values);
  std::array<double, bits> ones{};
  for (double value : values) {
    auto const odd_multiple = static_cast<std::uint64_t>(value * 0x1p53);
    for (std::size_t bit = 0; bit < bits; ++bit) ones[bit] += static_cast<double>(odd_multiple >> bit & 1);
  }
  EXPECT_EQ(ones[0], count);
  for (std::size_t bit = 1; bit < bits; ++bit) {
    EXPECT_LT(std::abs(test::binomial_deviations(ones[bit], count, 0.5)), 5) << "bit " << bit;
  }
}

TEST(Sign, IsBalancedAlongAndAcrossRows) {
  Stream const stream(key, "sign");
  constexpr std::size_t size = 2'000'000;
  std::vector<double> values(size);
  stream.signs({}, 0, values);
  auto const plus = static_cast<double>(std::count(values.begin(), values.end(), 1.0));
  auto const minus = static_cast<double>(std::count(values.begin(), values.end(), -1.0));
  EXPECT_EQ(plus + minus, size);
  EXPECT_LT(std::abs(test::binomial_deviations(plus, size, 0.5)), 5);
  double same_as_next = 0;
  for (std::size_t k = 0; k + 1 < size; ++k) same_as_next += values[k] == values[k + 1] ? 1 : 0;
  EXPECT_LT(std::abs(test::binomial_deviations(same_as_next, size - 1, 0.5)), 5);

  double across = 0;
  constexpr std::uint64_t rows = 200'000;
  for (std::uint64_t row = 0; row < rows; ++row) across += stream.sign({row}, 0) > 0 ? 1 : 0;
  EXPECT_LT(std::abs(test::binomial_deviations(across, rows, 0.5)), 5);
}

TEST(Exponential, IsExponential) {
  std::vector<double> values(10'000'000);
  Stream(key, "exponential").exponentials({}, 0, values);
  test::KolmogorovDistance distance;
  for (double value : values) {
    ASSERT_GT(value, 0.0);
    distance.add(-std::expm1(-value));
  }
  EXPECT_LT(distance.value(), distance.bound());
  auto const root = std::sqrt(static_cast<double>(values.size()));
  test::Moments const found = test::moments(values);
  EXPECT_NEAR(found.mean, 1, 5 / root);
  EXPECT_NEAR(found.variance, 1, 5 * std::sqrt(8.0) / root);
}

TEST(Exponential, InSequenceIsExponential) {
  Sequence sequence = Stream(key, "exponential").sequence({}, 0);
  test::KolmogorovDistance distance;
  for (int k = 0; k < 1'000'000; ++k) distance.add(-std::expm1(-sequence.exponential()));
  EXPECT_LT(distance.value(), distance.bound());
}

TEST(Uniform, InSequenceIsUniform) {
  Sequence sequence = Stream(key, "uniform").sequence({}, 0);
  test::KolmogorovDistance distance;
  for (int k = 0; k < 1'000'000; ++k) distance.add(sequence.uniform());
  EXPECT_LT(distance.value(), distance.bound());
}

}  // namespace
}  // namespace thresher::random
